namespace Learngene;

/// <summary>A request was refused before anything was done: the message is one sentence that says which field, which value and what is allowed.</summary>
[GenerateSerializer, Alias("learngene.refused")]
public sealed class RefusedException : Exception
{
    /// <summary>Refuses with a sentence.</summary>
    public RefusedException(string message) : base(message) { }
}
