using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

/// <summary>Answers that were worked out first against those that are not.</summary>
public sealed class TeacherTests
{
    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task What_is_remembered_is_what_it_would_answer(bool features) => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var shape = new VitShape { ImageSize = 12, PatchSize = 4, Channels = 1, Classes = 4, Width = 16, Depth = 2, Heads = 4 };
        using var parameters = VitInit.Create(shape, 3);
        using Teacher remembers = new(shape, parameters), answers = new(shape, parameters);
        remembers.Remember(run.Data.Train, run.Data.Preprocess, new AugmentOptions { Flip = true }, 1_000_000, new NoWatcher(), features);

        using var loader = new BatchLoader(new()
        {
            Set = run.Data.Train, Preprocess = run.Data.Preprocess, Augment = new AugmentOptions { Flip = true }, BatchSize = 16, Seed = 2, Shuffle = true, DropLast = true,
        });
        int seen = 0;
        foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            var images = Images.ToTensor(batch, CPU);
            var (logits, found) = remembers.Answers(batch, images);
            var (expected, worked) = answers.Answers(batch, images);
            AssertClose(expected, logits);
            Assert.Equal(features, found is not null);
            if (found is not null) AssertClose(worked!, found);
            seen++;
        }
        Assert.Equal(5, seen);
    });

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.sub(actual).abs().max().item<float>() < 1e-5f);
    }
}
