using Learngene.Sdk;
using Learngene.Sdk.Experiments;
using Learngene.Sdk.Jobs;
using Orleans.Runtime;

namespace Learngene.Cli;

/// <summary>What the command tells the shell; part of the contract.</summary>
internal static class Exit
{
    public const int Done = 0, Failed = 1, Wrong = 2, Unreachable = 3, Interrupted = 130;

    /// <summary>Carries out a command; an exception becomes one sentence on standard error and a code.</summary>
    public static async Task<int> OfAsync(Func<Task<int>> work, Call call)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (call.Token.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) // whatever went wrong, a shell gets a sentence and a code
        {
            int code = Code(e);
            string sentence = code == Unreachable && e is not SiloUnreachableException ? $"the silo at {call.Cluster} stopped answering: {e.Message}" : e.Message;
            call.Terminal.Error.WriteLine(Usage.OneLine(sentence));
            return code;
        }
    }

    public static int Code(Exception e) => e switch
    {
        SiloUnreachableException or SiloUnavailableException or OrleansMessageRejectionException or GatewayTooBusyException or TimeoutException => Unreachable,
        UsageException or ExperimentException or RefusedException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => Wrong,
        JobFailedException { Status.InputError: true } => Wrong,
        _ => Failed,
    };
}
