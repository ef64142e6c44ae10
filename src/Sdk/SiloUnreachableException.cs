namespace Learngene.Sdk;

/// <summary>No silo answers at an address.</summary>
/// <param name="address">HOST:PORT that was tried.</param>
/// <param name="inner">Why, where known.</param>
public sealed class SiloUnreachableException(string address, Exception? inner = null)
    : Exception($"no silo answers at {address}; start one with 'dotnet run -c Release --project src/Silo', or name another with --cluster HOST:PORT.", inner);
