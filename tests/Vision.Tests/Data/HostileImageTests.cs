using Learngene.Vision.Data;
using SkiaSharp;

namespace Learngene.Vision.Tests.Data;

public sealed class HostileImageTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    public Task A_thousand_damaged_pictures_are_read_or_refused_by_name(string extension) => Within.Minutes(3, () =>
    {
        using var folder = new TempFolder();
        Samples.WriteClasses(folder, "", images: 5, height: 40, width: 40);
        Samples.WriteImage(folder["sound." + extension], 40, 40, new SKColor(250, 10, 20), new SKColor(10, 20, 250));
        var sound = File.ReadAllBytes(folder["sound." + extension]);
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var name = $"0.{extension}";
            File.Delete(folder["cat/0.png"]);
            File.Delete(folder[$"cat/{name}"]);
            File.WriteAllBytes(folder[$"cat/{name}"], Damage(sound, random));
            try
            {
                using var data = DataSet.Open(folder.Path, imageSize: 16);
                Samples.Read(data.Train, 0);
            }
            catch (DataException e)
            {
                Assert.Contains(name, e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 100, 1_000);
    });

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    public void A_picture_that_was_cut_is_refused_by_name(string extension)
    {
        using var folder = new TempFolder();
        string file = folder["cut." + extension];
        using (var noise = new SKBitmap(20, 20, SKColorType.Rgba8888, SKAlphaType.Opaque))
        {
            Samples.Bytes(1, noise.ByteCount).CopyTo(noise.GetPixelSpan());
            using var stream = File.Create(file);
            noise.Encode(stream, extension == "png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
        }
        byte[] whole = File.ReadAllBytes(file);
        Samples.WriteClasses(folder, "", images: 5, height: 20, width: 20);
        File.Delete(folder["cat/0.png"]);
        foreach (int length in (int[])[whole.Length / 6, whole.Length / 2, whole.Length - 20])
        {
            File.WriteAllBytes(folder["cat/0." + extension], whole[..length]);
            Assert.Contains("0." + extension, Assert.Throws<DataException>(() =>
            {
                using var data = DataSet.Open(folder.Path, imageSize: 16);
                Samples.Read(data.Train, 0);
            }).Message);
        }
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        byte[] bytes = [.. sound];
        for (var left = random.Next(1, 5); left > 0; left--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
