namespace Learngene.Vision;

/// <summary>What a user asked for cannot be: the message is one sentence that names the field, the value and what is allowed.</summary>
/// <param name="message">The sentence.</param>
public sealed class InvalidInputException(string message) : Exception(message);
