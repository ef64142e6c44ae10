namespace Learngene.Sdk;

/// <summary>No silo answers at an address.</summary>
public sealed class SiloUnreachableException : Exception
{
    /// <summary>Nobody answers.</summary>
    /// <param name="address">HOST:PORT that was tried.</param>
    /// <param name="inner">Why, where known.</param>
    public SiloUnreachableException(string address, Exception? inner = null)
        : base($"no silo answers at {address}; start one with 'dotnet run -c Release --project src/Silo', or name another with --cluster HOST:PORT.", inner) { }

    /// <summary>Somebody is there, but TLS fails.</summary>
    /// <param name="address">HOST:PORT that was tried.</param>
    /// <param name="refusal">What was refused, by whom.</param>
    internal SiloUnreachableException(string address, string refusal) : base($"no silo answers at {address} with TLS: {refusal}") { }
}
