namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary><c>learngene weights</c>, from the shell to the silo's disk.</summary>
[Collection(SiloCollection.Name)]
public sealed class WeightTests(SiloFixture fixture)
{
    [Fact(Timeout = 180_000)]
    public async Task Weights_are_verified_cleared_up_and_copied()
    {
        var verified = (await fixture.RunAsync("weights verify")).Done();
        int files = verified.GetProperty("files").GetInt32();
        Assert.InRange(files, 2, 10_000);
        Assert.Equal(0, verified.GetProperty("damaged").GetArrayLength());

        var would = (await fixture.RunAsync("weights gc --dry-run")).Done();
        Assert.True(would.GetProperty("dryRun").GetBoolean());
        Assert.Equal(0, would.GetProperty("files").GetInt32()); // all of it is young

        string copy = fixture.Path("copy"), sha = fixture.Ancestry.GetProperty("result").GetProperty("sha256").GetString()!;
        var copied = (await fixture.RunAsync("weights copy --to copy")).Done();
        Assert.Equal(copy, copied.GetProperty("to").GetString());
        Assert.InRange(copied.GetProperty("copied").GetInt32(), 2, 10_000);
        Assert.True(File.Exists(Path.Combine(copy, sha[..2], sha + ".safetensors")));
        var again = (await fixture.RunAsync("weights copy --to copy")).Done();
        Assert.Equal(copied.GetProperty("files").GetInt32(), again.GetProperty("skipped").GetInt32() + again.GetProperty("copied").GetInt32());
        Assert.InRange(again.GetProperty("skipped").GetInt32(), 2, 10_000);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_copied_to_is_refused()
    {
        (await fixture.RunAsync("weights copy --to s3://B")).Refused(2, "s3://B", "s3://bucket/prefix");
        (await fixture.RunAsync("weights copy")).Refused(2, "--to");
        (await fixture.RunAsync("weights copy --to /proc/no")).Refused(2, "/proc/no", "cannot be a directory");
    }
}
