using Microsoft.Extensions.Logging;

namespace Learngene.Grains.Jobs;

/// <summary>What a job's grain writes to the log.</summary>
internal sealed partial class TransformationJobGrain
{
    [LoggerMessage(LogLevel.Warning, "Job {Job} failed")]
    private static partial void LogFailed(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Warning, "A checkpoint of job {Job} could not be recorded")]
    private static partial void LogCheckpointLost(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Error, "The end of job {Job} could not be written; trying again")]
    private static partial void LogEndNotWritten(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Warning, "Job {Job} is another silo's now")]
    private static partial void LogSuperseded(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Debug, "Job {Job} goes to silo {Silo}, which has its device")]
    private static partial void LogMoves(ILogger log, string job, SiloAddress silo);
    [LoggerMessage(LogLevel.Warning, "The device of job {Job} could not be given back")]
    private static partial void LogNotHandedOn(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Warning, "The name held by job {Job} could not be released")]
    private static partial void LogNotReleased(ILogger log, string job, Exception e);
}
