using System.Buffers.Binary;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>What cannot be done is refused with exit code 2, nothing on standard output and one sentence.</summary>
[Collection(SiloCollection.Name)]
public sealed class RefusalTests(SiloFixture silo)
{
    private const int Limit = 300_000;

    [Theory(Timeout = Limit)]
    [InlineData("descend e2e/lets --width 40 --depth 2 -o x.safetensors", "width", "40")]
    [InlineData("descend e2e/lets --width 17 --depth 2 -o x.safetensors", "17", "")]
    [InlineData("descend e2e/lets --width 16 --depth 0 -o x.safetensors", "depth", "0")]
    [InlineData("descend e2e/lets --width 16 --rows 0,7 -o x.safetensors", "row 7", "0..1")]
    [InlineData("descend e2e/lets --width 16 --depth 2 --rows 0 -o x.safetensors", "rows", "depth is 2")]
    [InlineData("descend e2e/ancestry --width 16 --depth 2 -o x.safetensors", "vit", "lets")]
    [InlineData("descend gone --width 16 --depth 2 -o x.safetensors", "'gone'", "learngene list")]
    [InlineData("descend e2e/lets@9 --width 16 --depth 2 -o x.safetensors", "'9'", "1..1")]
    [InlineData("train x --data fashion-mnist --width 0 --depth 2 --patch 7", "width 0", "1..")]
    [InlineData("train x --data fashion-mnist --width 16 --depth 2 --patch 5", "5", "28")]
    [InlineData("train x --data fashion-mnist --width 16 --depth 2 --patch 7 --heads 5", "5", "16")]
    [InlineData("train x --data gone --width 16 --depth 2 --patch 7", "'gone'", "data list")]
    [InlineData("train x --data fashion-mnist --width 16 --depth 2 --patch 7 --set epocs=2", "'epocs'", "'epochs'")]
    [InlineData("train ../x --data fashion-mnist --width 16 --depth 2 --patch 7", "'../x'", "letters")]
    [InlineData("learn lets x --ancestry gone --data fashion-mnist --learngene-width 16 --learngene-depth 2 --width 32 --depth 4", "'gone'", "learngene list")]
    [InlineData("learn lets x --ancestry e2e/ancestry --data fashion-mnist --learngene-width 16 --learngene-depth 3 --width 32 --depth 6", "3", "even")]
    [InlineData("learn lets x --ancestry e2e/ancestry --data fashion-mnist --learngene-width 16 --learngene-depth 2 --width 32 --depth 4 --heads 5", "heads 5", "32")]
    [InlineData("finetune gone --data fashion-mnist", "'gone'", "learngene list")]
    [InlineData("evaluate e2e/ancestry --data gone", "'gone'", "data list")]
    [InlineData("show gone", "'gone'", "learngene list")]
    [InlineData("show e2e/lets@gone", "'gone'", "1..1")]
    [InlineData("export gone -o x.safetensors", "'gone'", "learngene list")]
    [InlineData("tag e2e/lets best", "e2e/lets", "@VERSION")]
    [InlineData("tag e2e/lets@1 7", "'7'", "letter")]
    [InlineData("retire e2e/lets", "e2e/lets", "@VERSION")]
    [InlineData("jobs show gone", "'gone'", "jobs list")]
    [InlineData("jobs cancel gone", "'gone'", "jobs list")]
    [InlineData("data add gone gone-directory", "gone-directory", "")]
    public async Task It_says_which_value_and_what_is_allowed(string line, string value, string allowed)
    {
        (await silo.RunAsync(line)).Refused(2, value, allowed);
        Assert.False(File.Exists(silo.Path("x.safetensors")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_truncated_file_is_not_imported()
    {
        (await silo.RunAsync("export e2e/ancestry -o whole.safetensors")).Done();
        byte[] whole = await File.ReadAllBytesAsync(silo.Path("whole.safetensors"));
        foreach (int length in (int[])[0, 5, 100, whole.Length - 1])
        {
            await File.WriteAllBytesAsync(silo.Path("short.safetensors"), whole[..length]);
            (await silo.RunAsync("import bad/short short.safetensors")).Refused(2);
        }
        (await silo.RunAsync("show bad/short")).Refused(2, "bad/short");
    }

    [Fact(Timeout = Limit)]
    public async Task Weights_that_are_not_finite_are_taken_only_where_allowed()
    {
        (await silo.RunAsync("export e2e/ancestry -o nan.safetensors")).Done();
        byte[] bytes = await File.ReadAllBytesAsync(silo.Path("nan.safetensors"));
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), float.NaN);
        await File.WriteAllBytesAsync(silo.Path("nan.safetensors"), bytes);
        (await silo.RunAsync("import bad/nan nan.safetensors")).Refused(2, "head.bias", "NaN");
        (await silo.RunAsync("import bad/nan nan.safetensors --allow-nonfinite")).Done();
    }

    [Fact(Timeout = Limit)]
    public async Task Data_whose_classes_do_not_fit_is_refused_unless_the_head_is_fresh()
    {
        WriteThreeClasses(silo.Path("three"));
        var added = (await silo.RunAsync("data add three three --format idx")).Done();
        Assert.Equal((60, 3), (added.GetProperty("trainImages").GetInt32(), added.GetProperty("classes").GetInt32()));
        (await silo.RunAsync("evaluate e2e/ancestry --data three")).Refused(2, "10", "3");
        (await silo.RunAsync("finetune e2e/ancestry --data three --epochs 1 --batch 20 --as e2e/three --wait")).Done();
        (await silo.RunAsync("evaluate e2e/three --data three")).Done();
        (await silo.RunAsync("finetune e2e/ancestry --data three --head slice --epochs 1 --batch 20 --as e2e/sliced --wait")).Done();
    }

    [Fact(Timeout = Limit)]
    public async Task A_data_set_keeps_its_content()
    {
        WriteThreeClasses(silo.Path("other"));
        (await silo.RunAsync("data add fashion-mnist other")).Refused(2, "fashion-mnist", "another name");
    }

    private static void WriteThreeClasses(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (string split in (string[])["train", "t10k"])
        {
            byte[] images = new byte[16 + 60 * 784], labels = new byte[8 + 60];
            Header(images, 0x803, 60, 28, 28);
            Header(labels, 0x801, 60);
            for (int i = 0; i < 60; i++)
            {
                labels[8 + i] = (byte)(i % 3);
                images.AsSpan(16 + 784 * i, 784).Fill((byte)(i % 3 * 80 + i));
            }
            File.WriteAllBytes(Path.Combine(directory, $"{split}-images-idx3-ubyte"), images);
            File.WriteAllBytes(Path.Combine(directory, $"{split}-labels-idx1-ubyte"), labels);
        }
    }

    private static void Header(byte[] file, params ReadOnlySpan<int> words)
    {
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), words[i]);
    }
}
