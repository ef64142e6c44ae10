using System.Text.Json;
using Learngene.Clients;
using Learngene.Data;
using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Grains.Data;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Turns a specification into a record that stays what it is, or refuses it.</summary>
internal sealed class FederationPlanner(IGrainFactory grains, OpenDataSets dataSets, ComputeLanes lanes)
{
    /// <summary>Checks a specification against the data set that it names.</summary>
    /// <exception cref="RefusedException">One sentence: which field, which value, what is allowed.</exception>
    public async Task<FederationRecord> PlanAsync(string name, string specification)
    {
        try
        {
            var settings = FederationSettings.Parse(specification).Resolved();
            settings.Validate();
            Names.Require(settings.Name);
            Names.Require(settings.Data);
            if (settings.Name != name) throw new RefusedException($"the specification names '{settings.Name}'; it was started as '{name}'.");
            var data = await grains.GetGrain<IDataSetGrain>(settings.Data).Get();
            Wire.RequireSquare(data);
            settings.Shape(new(data.Channels, data.Height, data.Width), data.Classes).Validated();
            var (preprocess, names) = await lanes.Reading.RunAsync($"plan {name}", LanePriority.Urgent, 0, turn =>
            {
                var images = dataSets.Open(data);
                turn.ThrowIfStopped();
                if (settings.Partition.Kind != PartitionKind.External) _ = Partition.Of(settings.Partition, images.Train);
                return (images.Preprocess, images.ClassNames);
            }, default);
            return new() { Specification = settings.ToJson(), Data = data, Preprocess = JsonSerializer.Serialize(preprocess, Json.Strict), ClassNames = names, State = FederationState.Starting };
        }
        catch (Exception e) when (Wire.IsInputError(e) && e is not RefusedException)
        {
            throw new RefusedException(Jobs.JobError.Clean(e.Message));
        }
    }

    /// <summary>What participants need to know of a federation.</summary>
    public static ClientTerms Terms(FederationRecord record)
    {
        var settings = FederationSettings.Parse(record.Specification!);
        var data = record.Data!;
        string config = settings.Shape(new(data.Channels, data.Height, data.Width), data.Classes).ToJson();
        return new(record.Specification!, config, record.Preprocess, data, record.ClassNames);
    }

    /// <summary>Refuses what a client says of itself, where it cannot be, or does not fit.</summary>
    public static void CheckProfile(ClientProfile profile, DataSetInfo data, FederationSettings settings, bool signed)
    {
        if (profile.Samples < 1 || profile.Samples > settings.Aggregation.MaxSamples)
            throw new RefusedException($"samples {profile.Samples} is outside 1..{settings.Aggregation.MaxSamples}.");
        if (profile.Geometry.Count > 0 && !profile.Geometry.SequenceEqual([data.Channels, data.Height, data.Width]))
            throw new RefusedException($"images of {string.Join(" x ", profile.Geometry.Take(4))} do not fit; this federation's are {data.Channels} x {data.Height} x {data.Width}.");
        if (profile.Classes > data.Classes)
            throw new RefusedException($"{profile.Classes} classes do not fit; this federation has {data.Classes}.");
        if (profile.DataHash.Length > 128) throw new RefusedException($"a data hash of {profile.DataHash.Length} characters is not taken; 128 at most.");
        if (profile.LargestModel > 0 && settings.Shape(new(data.Channels, data.Height, data.Width), data.Classes).Parameters is var needed && needed > profile.LargestModel)
            throw new RefusedException($"this federation's model has {needed} parameters; the client can train {profile.LargestModel}.");
        if (!signed) return;
        try
        {
            _ = Signature.Parse(profile.Signature ?? throw new RefusedException("this federation puts clients into cohorts, so a client needs a signature of its data."));
        }
        catch (PayloadException e)
        {
            throw new RefusedException(e.Message);
        }
    }
}
