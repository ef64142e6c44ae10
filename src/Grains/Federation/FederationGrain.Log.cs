using Microsoft.Extensions.Logging;

namespace Learngene.Grains.Federation;

internal sealed partial class FederationGrain
{
    [LoggerMessage(LogLevel.Warning, "Federation {Federation} is another silo's now")]
    private static partial void LogSuperseded(ILogger log, string federation, Exception e);
    [LoggerMessage(LogLevel.Warning, "Federation {Federation} waits for the storage, for a silo or for room on the disk, and goes on then")]
    private static partial void LogPaused(ILogger log, string federation, Exception e);
    [LoggerMessage(LogLevel.Error, "Federation {Federation} failed")]
    private static partial void LogFailed(ILogger log, string federation, Exception e);
    [LoggerMessage(LogLevel.Warning, "The end of federation {Federation} cannot be written yet")]
    private static partial void LogNotWritten(ILogger log, string federation, Exception e);
}
