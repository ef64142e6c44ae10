using Learngene.Vision.Data;
using SkiaSharp;

namespace Learngene.Vision.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private static readonly SKColor Red = new(250, 10, 20);
    private static readonly SKColor Blue = new(10, 20, 250);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("test")]
    [InlineData("val")]
    public void Splits_in_folders_are_read_as_they_are(string test)
    {
        Samples.WriteClasses(_folder, "train", images: 3, height: 8, width: 6);
        Samples.WriteClasses(_folder, test, images: 2, height: 8, width: 6);
        using var data = DataSet.Open(_folder.Path);
        Assert.Equal(("folder", 2, new ImageGeometry(3, 8, 6)), (data.Format, data.Classes, data.Geometry));
        Assert.Equal(["cat", "dog"], data.ClassNames);
        Assert.Equal((6, 4), (data.Train.Count, data.Test.Count));
        Assert.Equal([0, 0, 0, 1, 1, 1], Enumerable.Range(0, 6).Select(data.Train.Label));
        var second = Samples.Read(data.Train, 1);
        Assert.Equal((10, 200, 20, 30), (second[0], second[47], second[48], second[96]));
    }

    [Fact]
    public void Without_splits_every_fifth_image_of_a_class_is_a_test_image()
    {
        Samples.WriteClasses(_folder, "", images: 7);
        using var data = DataSet.Open(_folder.Path);
        Assert.Equal((12, 2), (data.Train.Count, data.Test.Count));
        Assert.Equal(40, Samples.Read(data.Test, 0)[0]); // 4.png
        Assert.Equal([0, 1], [data.Test.Label(0), data.Test.Label(1)]);
    }

    [Fact]
    public void Grey_only_images_have_one_channel_and_a_colour_image_among_them_makes_three()
    {
        Samples.WriteClasses(_folder, "", images: 5, grey: true);
        Assert.Equal(new(1, 8, 8), DataSet.Open(_folder.Path).Geometry);
        Assert.Equal(10, Samples.Read(DataSet.Open(_folder.Path).Train, 1)[0]);
        Samples.WriteImage(_folder["cat/2.png"], 8, 8, Red, Blue);
        Assert.Equal(new(3, 8, 8), DataSet.Open(_folder.Path).Geometry);
    }

    [Fact]
    public void Images_are_scaled_by_the_shorter_side_and_cropped_at_the_centre()
    {
        Samples.WriteClasses(_folder, "", images: 5);
        Samples.WriteImage(_folder["cat/0.png"], 40, 100, Red, Blue);
        Samples.WriteImage(_folder["cat/1.jpg"], 400, 300, Red, Blue);
        using var data = DataSet.Open(_folder.Path, imageSize: 16);
        Assert.Equal(new(3, 16, 16), data.Geometry);
        for (var image = 0; image < 2; image++)
        {
            var pixels = Samples.Read(data.Train, image);
            Assert.All(Enumerable.Range(0, 7 * 16), i => Assert.InRange(pixels[i], 230, 255)); // red above the middle
            Assert.All(Enumerable.Range(9 * 16, 7 * 16), i => Assert.InRange(pixels[i], 0, 30));
            Assert.All(Enumerable.Range(2 * 256 + 9 * 16, 7 * 16), i => Assert.InRange(pixels[i], 230, 255));
        }
    }

    [Fact]
    public void Images_of_several_sizes_ask_for_an_image_size()
    {
        Samples.WriteClasses(_folder, "", images: 5);
        Samples.WriteImage(_folder["dog/3.png"], 9, 8, Red, Blue);
        Refused("3.png: the image is 9 x 8, ", "--image-size");
    }

    [Fact]
    public void A_damaged_image_is_named_when_it_is_read()
    {
        Samples.WriteClasses(_folder, "", images: 5);
        var bytes = File.ReadAllBytes(_folder["cat/1.png"]);
        File.WriteAllBytes(_folder["cat/1.png"], bytes[..(bytes.Length - 30)]);
        using var data = DataSet.Open(_folder.Path);
        var error = Assert.Throws<DataException>(() => Samples.Read(data.Train, 1));
        Assert.Contains("1.png: the image cannot be decoded", error.Message);
    }

    [Fact]
    public void What_is_no_image_or_too_large_is_refused_by_its_header()
    {
        Samples.WriteClasses(_folder, "", images: 5);
        File.WriteAllText(_folder["cat/0.png"], "not a picture");
        Refused("0.png: the file is no readable PNG or JPEG image");
        Samples.WriteImage(_folder["cat/0.png"], 8, 8, Red, Blue);
        var header = File.ReadAllBytes(_folder["cat/0.png"]);
        Samples.Words(30_000, 30_000).CopyTo(header, 16); // width and height, with the checksum they need
        BitConverter.GetBytes(Crc(header.AsSpan(12, 17))).Reverse().ToArray().CopyTo(header, 29);
        File.WriteAllBytes(_folder["cat/0.png"], header);
        Refused("0.png: the image is 30000 x 30000 pixels; at most 64000000");
    }

    [Fact]
    public void A_gif_called_png_is_refused()
    {
        Samples.WriteClasses(_folder, "", images: 5);
        File.WriteAllBytes(_folder["cat/0.png"], Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"));
        Refused("0.png: the file");
    }

    [Fact]
    public void Folders_that_do_not_make_a_data_set_are_named()
    {
        Samples.WriteClasses(_folder, "train", images: 2);
        Refused("there is a folder train but neither test nor val");
        Directory.CreateDirectory(_folder["test/cat"]);
        Refused("test: there is no .png, .jpg or .jpeg image");
        Samples.WriteImage(_folder["test/cow/1.png"], 8, 8, Red, Blue);
        Refused("the class cow has no folder in");
        Directory.Delete(_folder["test/cow"], recursive: true);
        Directory.CreateDirectory(_folder["train/ant"]);
        Refused("the class ant has no .png, .jpg or .jpeg image");
    }

    [Fact]
    public void Too_few_classes_or_images_are_refused()
    {
        Samples.WriteClasses(_folder, "", images: 4);
        Refused("no class has 5 images");
        Directory.Delete(_folder["dog"], recursive: true);
        Refused("the number of class folders is 1; at least 2");
    }

    [Fact]
    public void The_hash_is_over_names_and_bytes_not_over_the_place()
    {
        using var copy = new TempFolder();
        Samples.WriteClasses(_folder, "", images: 5);
        Samples.WriteClasses(copy, "", images: 5);
        var hash = DataSet.Open(_folder.Path).Hash;
        Assert.Equal(hash, DataSet.Open(copy.Path).Hash);
        File.Move(copy["dog/0.png"], copy["dog/00.png"]);
        Assert.NotEqual(hash, DataSet.Open(copy.Path).Hash);
    }

    private void Refused(params string[] parts)
    {
        var error = Assert.Throws<DataException>(() => DataSet.Open(_folder.Path, "folder"));
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
