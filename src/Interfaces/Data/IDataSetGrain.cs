namespace Learngene.Data;

/// <summary>A data set known to the cluster.</summary>
[GenerateSerializer, Immutable, Alias("learngene.data-set")]
public sealed record DataSetInfo
{
    /// <summary>Its name.</summary>
    [Id(0)] public required string Name { get; init; }
    /// <summary>Where it is, on the silo's machine.</summary>
    [Id(1)] public required string Path { get; init; }
    /// <summary><c>idx</c>, <c>folder</c> or <c>cifar</c>.</summary>
    [Id(2)] public required string Format { get; init; }
    /// <summary>SHA-256 of the content, whatever its place or compression.</summary>
    [Id(3)] public required string Hash { get; init; }
    /// <summary>Training images.</summary>
    [Id(4)] public int TrainImages { get; init; }
    /// <summary>Test images.</summary>
    [Id(5)] public int TestImages { get; init; }
    /// <summary>Classes.</summary>
    [Id(6)] public int Classes { get; init; }
    /// <summary>Channels of an image.</summary>
    [Id(7)] public int Channels { get; init; }
    /// <summary>Height of an image, pixels.</summary>
    [Id(8)] public int Height { get; init; }
    /// <summary>Width of an image, pixels.</summary>
    [Id(9)] public int Width { get; init; }
    /// <summary>Image size asked for where the files have several; 0 where they have one.</summary>
    [Id(10)] public int ImageSize { get; init; }
}

/// <summary>A data set by its name (the key).</summary>
[Alias("learngene.data")]
public interface IDataSetGrain : IGrainWithStringKey
{
    /// <summary>What is known of it.</summary>
    /// <exception cref="RefusedException">There is no data set of that name.</exception>
    [Alias("Get")] Task<DataSetInfo> Get();

    /// <summary>Makes it known, or says that it is now elsewhere.</summary>
    /// <exception cref="RefusedException">The name is taken by a data set of other content.</exception>
    [Alias("Register")] Task<DataSetInfo> Register(DataSetInfo info);
}
