using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_written_is_read(bool gzip)
    {
        Samples.WriteIdx(_folder, Samples.Idx(train: 20, test: 8, height: 6, width: 5, classes: 4), gzip);
        using var data = DataSet.Open(_folder.Path);
        Assert.Equal(("idx", 4, new ImageGeometry(1, 6, 5)), (data.Format, data.Classes, data.Geometry));
        Assert.Equal((20, 8), (data.Train.Count, data.Test.Count));
        Assert.Equal(Samples.Bytes(1, 600)[570..], Samples.Read(data.Train, 19));
        Assert.Equal(Samples.Bytes(2, 240)[30..60], Samples.Read(data.Test, 1));
        Assert.Equal(3, data.Train.Label(19));
        Assert.Equal(["0", "1", "2", "3"], data.ClassNames);
    }

    [Fact]
    public void The_hash_does_not_depend_on_compression_or_place_but_on_every_byte()
    {
        using var gzip = new TempFolder();
        using var changed = new TempFolder();
        var files = Samples.Idx();
        Samples.WriteIdx(_folder, files);
        Samples.WriteIdx(gzip, files, gzip: true);
        files[2][^1] ^= 1;
        Samples.WriteIdx(changed, files);
        Assert.Equal(Hash(_folder), Hash(gzip));
        Assert.NotEqual(Hash(_folder), Hash(changed));
        Assert.Matches("^[0-9a-f]{64}$", Hash(_folder));

        static string Hash(TempFolder folder) => DataSet.Open(folder.Path).Hash;
    }

    [Theory]
    [InlineData(0, 0, 0x802, "magic number is 0x00000802; 0x00000803")]
    [InlineData(1, 0, 0x803, "magic number is 0x00000803; 0x00000801")]
    [InlineData(0, 4, 0, "number of images is 0; 1 to 20000000")]
    [InlineData(0, 4, -1, "number of images is 4294967295")]
    [InlineData(0, 8, 0, "height is 0; 1 to 4096")]
    [InlineData(0, 8, 4097, "height is 4097; 1 to 4096")]
    [InlineData(0, 12, 0, "width is 0")]
    [InlineData(0, 4, 21, "number of labels is 20")]
    [InlineData(0, 12, 6, "file has 616 bytes, but its header declares 736")]
    [InlineData(1, 4, 19, "number of labels is 19")]
    [InlineData(2, 8, 5, "header declares 216")]
    public void A_wrong_header_is_named(int file, int offset, int value, string message)
    {
        var files = Samples.Idx();
        Samples.Words(value).CopyTo(files[file], offset);
        Refused(files, Samples.IdxNames[file == 0 && message.Contains("labels") ? 1 : file], message);
    }

    [Fact]
    public void A_label_of_the_test_split_that_training_does_not_know_is_refused()
    {
        var files = Samples.Idx();
        files[3][8 + 5] = 4;
        Refused(files, "t10k-labels", "label 5 is 4; the training split has classes 0 to 3");
    }

    [Fact]
    public void A_single_class_is_refused()
    {
        var files = Samples.Idx();
        files[1].AsSpan(8).Clear();
        Refused(files, "train-labels", "at least 2 classes");
    }

    [Fact]
    public void Splits_of_different_geometry_are_refused()
    {
        var files = Samples.Idx();
        files[2] = Samples.IdxImages(new byte[8 * 30], 8, 5, 6);
        Refused(files, "t10k-images", "1 x 5 x 6, the training images 1 x 6 x 5");
    }

    [Fact]
    public void A_truncated_or_overlong_file_is_refused()
    {
        var files = Samples.Idx();
        files[0] = files[0][..^1];
        Refused(files, "train-images", "has 615 bytes, but its header declares 616");
        Refused(files, "train-images", "ends after 599 of the 600 bytes", gzip: true);
        files = Samples.Idx();
        files[3] = [.. files[3], 0];
        Refused(files, "t10k-labels", "has 17 bytes, but its header declares 16");
        Refused(files, "t10k-labels", "more follows after the 8 bytes", gzip: true);
        files[0] = files[0][..9];
        Refused(files, "train-images", "ends before its height");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Samples.WriteIdx(_folder, Samples.Idx());
        File.Delete(_folder["t10k-labels-idx1-ubyte"]);
        var error = Assert.Throws<DataException>(() => DataSet.Open(_folder.Path));
        Assert.Contains("t10k-labels-idx1-ubyte is missing", error.Message);
    }

    [Fact]
    public void A_limit_of_the_operator_holds()
    {
        Samples.WriteIdx(_folder, Samples.Idx());
        var error = Assert.Throws<DataException>(() => DataSet.Open(_folder.Path, limits: new() { MaxBytes = 599 }));
        Assert.Contains("20 images of 6 x 5 are 600 bytes; at most 599", error.Message);
        Assert.Throws<DataException>(() => DataSet.Open(_folder.Path, limits: new() { MaxImages = 19 }));
        Assert.Throws<ArgumentException>(() => DataSet.Open(_folder.Path, limits: new() { MaxSide = 0 }));
    }

    private void Refused(byte[][] files, string file, string message, bool gzip = false)
    {
        foreach (var old in Directory.GetFiles(_folder.Path))
            File.Delete(old);
        Samples.WriteIdx(_folder, files, gzip);
        var error = Assert.Throws<DataException>(() => DataSet.Open(_folder.Path));
        Assert.Contains(file, error.Message);
        Assert.Contains(message, error.Message);
    }
}
