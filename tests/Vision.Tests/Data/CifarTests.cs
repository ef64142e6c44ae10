using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cifar_10_is_read_from_all_its_batches()
    {
        File.WriteAllBytes(_folder["data_batch_1.bin"], Samples.Cifar(1, [3], [9]));
        File.WriteAllBytes(_folder["data_batch_2.bin"], Samples.Cifar(5, [0]));
        File.WriteAllBytes(_folder["test_batch.bin"], Samples.Cifar(9, [7]));
        using var data = DataSet.Open(_folder.Path);
        Assert.Equal(("cifar", 10, new ImageGeometry(3, 32, 32)), (data.Format, data.Classes, data.Geometry));
        Assert.Equal([3, 9, 0], Enumerable.Range(0, 3).Select(data.Train.Label));
        Assert.Equal(Samples.Bytes(2, 3072), Samples.Read(data.Train, 1));
        Assert.Equal(Samples.Bytes(5, 3072), Samples.Read(data.Train, 2));
        Assert.Equal(Samples.Bytes(9, 3072), Samples.Read(data.Test, 0));
    }

    [Fact]
    public void Cifar_100_is_read_with_its_fine_labels()
    {
        File.WriteAllBytes(_folder["train.bin"], Samples.Cifar(1, [3, 99], [9, 42]));
        File.WriteAllBytes(_folder["test.bin"], Samples.Cifar(4, [1, 17]));
        using var data = DataSet.Open(_folder.Path);
        Assert.Equal(100, data.Classes);
        Assert.Equal([99, 42, 17], [data.Train.Label(0), data.Train.Label(1), data.Test.Label(0)]);
        Assert.Equal(Samples.Bytes(2, 3072), Samples.Read(data.Train, 1));
    }

    [Fact]
    public void A_label_out_of_range_is_refused()
    {
        File.WriteAllBytes(_folder["data_batch_1.bin"], Samples.Cifar(1, [3], [10]));
        File.WriteAllBytes(_folder["test_batch.bin"], Samples.Cifar(9, [7]));
        Refused("data_batch_1.bin: the label of record 1 is 10; 0 to 9 are allowed");
    }

    [Fact]
    public void A_broken_record_a_missing_test_split_and_too_many_images_are_refused()
    {
        File.WriteAllBytes(_folder["train.bin"], Samples.Cifar(1, [3, 99], [9, 42]));
        Refused("test.bin is missing");
        File.WriteAllBytes(_folder["test.bin"], Samples.Cifar(1, [3, 99])[..^1]);
        Refused("test.bin: the file has 3073 bytes; a positive multiple of 3074");
        var error = Assert.Throws<DataException>(() => DataSet.Open(_folder.Path, limits: new() { MaxImages = 1 }));
        Assert.Contains("the split has 2 images", error.Message);
    }

    [Fact]
    public void Cifars_own_class_names_are_used_when_they_lie_beside()
    {
        File.WriteAllBytes(_folder["data_batch_1.bin"], Samples.Cifar(1, [3]));
        File.WriteAllBytes(_folder["test_batch.bin"], Samples.Cifar(9, [7]));
        var names = Enumerable.Range(0, 10).Select(i => $"class {i}").ToArray();
        File.WriteAllLines(_folder["batches.meta.txt"], [.. names, "", ""]);
        Assert.Equal(names, DataSet.Open(_folder.Path).ClassNames);
        File.WriteAllLines(_folder["batches.meta.txt"], names[..9]);
        Refused("batches.meta.txt: the number of class names is 9; the data set has 10 classes");
    }

    private void Refused(string message) => Assert.Contains(message, Assert.Throws<DataException>(() => DataSet.Open(_folder.Path)).Message);
}
