using System.Security.Cryptography;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>Names, versions, tags and files.</summary>
[Collection(SiloCollection.Name)]
public sealed class RepositoryTests(SiloFixture silo)
{
    private const int Limit = 300_000;

    [Fact(Timeout = Limit)]
    public async Task The_status_counts_silos_and_weights()
    {
        var status = (await silo.RunAsync("status")).Done();
        Assert.Equal(1, status.GetProperty("silos").GetArrayLength());
        Assert.StartsWith("http://", status.GetProperty("silos")[0].GetProperty("http").GetString());
        Assert.Contains("cores", status.GetProperty("silos")[0].GetProperty("machine").GetString());
        Assert.True(status.GetProperty("storedWeights").GetProperty("files").GetInt32() >= 2);
        Assert.True(status.GetProperty("runningJobs").GetInt32() >= 0);
    }

    [Fact(Timeout = Limit)]
    public async Task An_exported_file_comes_back_as_it_is()
    {
        var exported = (await silo.RunAsync("export e2e/lets -o lets.safetensors")).Done();
        Assert.Equal(exported.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(silo.Path("lets.safetensors")))));
        var imported = (await silo.RunAsync("import e2e/returned lets.safetensors")).Done();
        Assert.Equal(exported.GetProperty("sha256").GetString(), imported.GetProperty("sha256").GetString());
        Assert.Equal("lets", imported.GetProperty("kind").GetString());
        Assert.Equal(1, imported.GetProperty("version").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task A_tag_names_a_version_and_a_retired_one_is_not_the_latest()
    {
        (await silo.RunAsync("export e2e/ancestry -o model.safetensors")).Done();
        (await silo.RunAsync("import e2e/twice model.safetensors")).Done();
        Assert.Equal(2, (await silo.RunAsync("import e2e/twice model.safetensors")).Done().GetProperty("version").GetInt32());
        Assert.Equal("best", (await silo.RunAsync("tag e2e/twice@1 best")).Done().GetProperty("tags")[0].GetString());
        Assert.Equal(1, (await silo.RunAsync("show e2e/twice@best")).Done().GetProperty("version").GetInt32());
        Assert.True((await silo.RunAsync("retire e2e/twice@2")).Done().GetProperty("retired").GetBoolean());
        Assert.Equal(1, (await silo.RunAsync("export e2e/twice -o latest.safetensors")).Done().GetProperty("version").GetInt32());
        Assert.Equal(2, (await silo.RunAsync("show e2e/twice")).Done().GetProperty("versions").GetArrayLength());
        var listed = (await silo.RunAsync("list")).Done().GetProperty("learngenes").EnumerateArray().Single(l => l.GetProperty("name").GetString() == "e2e/twice");
        Assert.Equal(1, listed.GetProperty("version").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Lineage_goes_back_to_the_ancestry_model()
    {
        var line = (await silo.RunAsync("lineage e2e/lets")).Done().GetProperty("lineage");
        Assert.Equal(["e2e/lets", "e2e/ancestry"], line.EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        var parent = line[0].GetProperty("parents")[0];
        Assert.Equal(("ancestry", "e2e/ancestry@1"), (parent.GetProperty("role").GetString(), parent.GetProperty("name").GetString()));
        Assert.Equal(line[1].GetProperty("sha256").GetString(), parent.GetProperty("sha256").GetString());
        Assert.Equal(silo.Data.GetProperty("hash").GetString(), line[0].GetProperty("dataHash").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task The_sample_makes_two_sizes()
    {
        Directory.CreateDirectory(silo.Path("sample"));
        var ran = await Programs.RunAsync(Programs.Sample, [silo.Gateway, Programs.FashionMnist, silo.Path("sample")], silo.Directory);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal(2, Directory.GetFiles(silo.Path("sample"), "descendant-*.safetensors").Length);
        Assert.Equal(2, ran.Output.Trim().Split('\n').Count(l => l.Contains("parameters, sha256 ")));
    }
}
