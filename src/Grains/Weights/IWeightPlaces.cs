namespace Learngene.Grains.Weights;

/// <summary>Stores by the names of their places, which the host knows how to reach.</summary>
internal interface IWeightPlaces
{
    /// <summary>Opens the store at a place.</summary>
    /// <param name="place">A directory, or <c>s3://bucket/prefix</c>.</param>
    /// <exception cref="RefusedException">It is no place.</exception>
    IWeightStore Open(string place);
}
