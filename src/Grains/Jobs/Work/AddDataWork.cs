using Learngene.Data;
using Learngene.Vision;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Settings of <c>data add</c>.</summary>
/// <param name="Format">idx, folder or cifar; null detects it.</param>
/// <param name="ImageSize">Size to which a folder's images are brought; null where they have one size.</param>
internal sealed record AddDataSettings(string? Format = null, int? ImageSize = null);

/// <summary>Reads a data set once: what it is, and the hash of its content.</summary>
internal static class AddDataWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<AddDataSettings>(c.Spec.Settings, "settings");
        var data = c.DataSets.Open(c.Spec.Path!, settings.Format, settings.ImageSize);
        var info = new DataSetInfo
        {
            Name = c.Spec.Name!, Path = c.Spec.Path!, Format = data.Format, Hash = data.Hash, TrainImages = data.Train.Count, TestImages = data.Test.Count,
            Classes = data.Classes, Channels = data.Geometry.Channels, Height = data.Geometry.Height, Width = data.Geometry.Width, ImageSize = settings.ImageSize ?? 0,
        };
        return new JobOutcome
        {
            Data = info,
            Metrics = new Dictionary<string, double> { ["trainImages"] = info.TrainImages, ["testImages"] = info.TestImages, ["classes"] = info.Classes },
        };
    }
}
