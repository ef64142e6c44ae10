using Learngene.Sdk.Clients;
using Learngene.Vision;

namespace Learngene.Edge;

/// <summary>What the command tells the shell; part of the contract, and the same codes as <c>learngene</c>'s.</summary>
internal static class Exit
{
    public const int Done = 0, Failed = 1, Wrong = 2, Interrupted = 130;

    /// <summary>Carries out a command; an exception becomes one sentence on standard error and a code.</summary>
    public static async Task<int> OfAsync(Func<Task> work, TextWriter error, CancellationToken token)
    {
        try
        {
            await work();
            return Done;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) // whatever went wrong, a shell gets a sentence and a code
        {
            error.WriteLine(Usage.OneLine(e.Message));
            return e is InvalidInputException or Vision.Data.DataException or UnauthorizedAccessException or DirectoryNotFoundException or ApiException { IsWrong: true } ? Wrong : Failed;
        }
    }
}
