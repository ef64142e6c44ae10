namespace Learngene;

/// <summary>Names a file of weights by its content. The only form in which weights appear in a message.</summary>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
/// <param name="Length">Length of the file in bytes.</param>
[GenerateSerializer, Immutable, Alias("learngene.weight-ref")]
public sealed record WeightRef([property: Id(0)] string Sha256, [property: Id(1)] long Length);
