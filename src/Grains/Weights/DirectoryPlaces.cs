namespace Learngene.Grains.Weights;

/// <summary>The places that every host knows: directories.</summary>
internal sealed class DirectoryPlaces(TimeProvider time) : IWeightPlaces
{
    public IWeightStore Open(string place) => place.Contains("://", StringComparison.Ordinal)
        ? throw new RefusedException($"'{place}' is not a directory, and this silo knows no others.")
        : OpenDirectory(place, time);

    /// <summary>Opens a directory, made if need be.</summary>
    /// <exception cref="RefusedException">It cannot be one.</exception>
    public static DirectoryWeightStore OpenDirectory(string place, TimeProvider time)
    {
        try
        {
            return new(place, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{place}' cannot be a directory of weights on the silo's machine: {e.Message}");
        }
    }
}
