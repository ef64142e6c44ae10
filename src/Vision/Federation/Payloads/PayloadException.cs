namespace Learngene.Vision.Federation;

/// <summary>A payload cannot be used: the message is one sentence that names the numbers which disagree.</summary>
/// <param name="message">The sentence.</param>
public sealed class PayloadException(string message) : Exception(message);
