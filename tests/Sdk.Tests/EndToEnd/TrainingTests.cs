using System.Text.Json;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>The main job, command by command: data, train, learn, descend, finetune, evaluate.</summary>
[Collection(SiloCollection.Name)]
public sealed class TrainingTests(SiloFixture silo)
{
    private const int Limit = 300_000;

    [Fact(Timeout = Limit)]
    public async Task The_shipped_images_are_known()
    {
        Assert.Equal("idx", silo.Data.GetProperty("format").GetString());
        Assert.Equal((10, 28, 1), (silo.Data.GetProperty("classes").GetInt32(), silo.Data.GetProperty("width").GetInt32(), silo.Data.GetProperty("channels").GetInt32()));
        Assert.True(silo.Data.GetProperty("trainImages").GetInt32() > silo.Data.GetProperty("testImages").GetInt32());
        var listed = (await silo.RunAsync("data list")).Done().GetProperty("data");
        Assert.Contains(listed.EnumerateArray(), d => d.GetProperty("hash").GetString() == silo.Data.GetProperty("hash").GetString());
    }

    [Fact]
    public void A_training_that_was_waited_for_answers_with_its_end()
    {
        Assert.Equal("completed", silo.Ancestry.GetProperty("state").GetString());
        Assert.Equal("train", silo.Ancestry.GetProperty("kind").GetString());
        Assert.Equal(8, silo.Ancestry.GetProperty("steps").GetInt32());
        Assert.Equal("e2e/ancestry", silo.Ancestry.GetProperty("result").GetProperty("name").GetString());
        Assert.InRange(silo.Ancestry.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 1);
        Assert.Equal("lets", silo.Lets.GetProperty("result").GetProperty("kind").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task The_same_training_gives_the_same_bytes()
    {
        var again = (await silo.RunAsync($"train e2e/again --data fashion-mnist --width 32 --depth 2 --patch 7 {SiloFixture.Tiny} --wait")).Done();
        Assert.Equal(Sha(silo.Ancestry.GetProperty("result")), Sha(again.GetProperty("result")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_configuration_file_is_merged_under_the_options()
    {
        await File.WriteAllTextAsync(silo.Path("run.json"), """{ "epochs": 7, "images": 256, "testImages": 100, "dropPath": 0.1 }""");
        var job = (await silo.RunAsync("train e2e/configured --data fashion-mnist --width 16 --depth 2 --patch 14 --pool token --config run.json --epochs 1 --wait")).Done();
        Assert.Equal(1, job.GetProperty("settings").GetProperty("epochs").GetInt32());
        Assert.Equal(2, job.GetProperty("steps").GetInt32());
        var config = (await silo.RunAsync("show e2e/configured@1")).Done().GetProperty("config");
        Assert.Equal("token", config.GetProperty("global_pool").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task A_descendant_is_a_file_and_the_same_every_time()
    {
        var first = (await silo.RunAsync("descend e2e/lets --width 32 --depth 3 --select random --seed 5 -o first.safetensors")).Done();
        var second = (await silo.RunAsync("descend e2e/lets@1 --width 32 --depth 3 --select random --seed 5 -o second.safetensors")).Done();
        Assert.Equal(Sha(first), Sha(second));
        Assert.Equal(await File.ReadAllBytesAsync(silo.Path("first.safetensors")), await File.ReadAllBytesAsync(silo.Path("second.safetensors")));
        Assert.Equal(new FileInfo(silo.Path("first.safetensors")).Length, first.GetProperty("bytes").GetInt64());
    }

    [Theory(Timeout = Limit)]
    [InlineData("whole", "--width 32 --depth 4", 32, 4)]
    [InlineData("narrow", "--width 16", 16, 4)]
    [InlineData("rows", "--width 32 --rows 0,1,1", 32, 3)]
    [InlineData("smallest", "--width 32 --depth 6 --select magnitude --smallest --l1", 32, 6)]
    [InlineData("half", "--width 16 --depth 2 --select step --type bf16", 16, 2)]
    public async Task Descendants_of_every_kind(string stem, string options, int width, int depth)
    {
        string file = $"{stem}.safetensors";
        var made = (await silo.RunAsync($"descend e2e/lets {options} -o {file}")).Done();
        Assert.Equal((width, depth), (made.GetProperty("width").GetInt32(), made.GetProperty("depth").GetInt32()));
        Assert.Equal(silo.Path(file), made.GetProperty("file").GetString());
        var found = (await silo.RunAsync($"evaluate {file} --data fashion-mnist --test-images 200")).Done();
        Assert.Equal(200, found.GetProperty("images").GetInt32());
        Assert.InRange(found.GetProperty("accuracy").GetDouble(), 0, 1);
    }

    [Fact(Timeout = Limit)]
    public async Task A_file_is_tuned_under_the_name_of_its_stem()
    {
        (await silo.RunAsync("descend e2e/lets --width 16 --depth 2 -o small.safetensors")).Done();
        var tuned = (await silo.RunAsync($"finetune small.safetensors --data fashion-mnist {SiloFixture.Tiny} --wait")).Done();
        Assert.Equal("small-tuned", tuned.GetProperty("result").GetProperty("name").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task A_model_is_tuned_and_evaluated_by_name()
    {
        var tuned = (await silo.RunAsync($"finetune e2e/ancestry@1 --data fashion-mnist --head fresh {SiloFixture.Tiny} --wait")).Done();
        Assert.Equal("e2e/ancestry-tuned", tuned.GetProperty("result").GetProperty("name").GetString());
        (await silo.RunAsync("evaluate e2e/ancestry-tuned --data fashion-mnist --test-images 200")).Done();
        (await silo.RunAsync("evaluate e2e/lets --data fashion-mnist --test-images 200")).Done();
    }

    private static string? Sha(JsonElement document) => document.GetProperty("sha256").GetString();
}
