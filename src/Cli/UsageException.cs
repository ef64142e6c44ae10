namespace Learngene.Cli;

/// <summary>What was typed cannot be done: one sentence that says which field, which value and what is allowed.</summary>
internal sealed class UsageException(string message) : Exception(message);
