using System.CommandLine;
using Learngene.Jobs;
using Learngene.Scheduling;

namespace Learngene.Cli.Commands;

/// <summary>Where a job runs, and when its turn is.</summary>
internal sealed class DeviceFlags
{
    private readonly Option<string?> _device = Flags.Choice("--device", "The kind of device it runs on (default any: a GPU rather than a CPU).", "any", "cpu", "gpu");
    private readonly Option<long?> _memory = Flags.Bytes("--memory", "What the device must have (default: what the job is estimated to need).");
    private readonly Option<string?> _priority = Flags.Choice("--priority", "Which of the waiting jobs comes first (default normal).", "low", "normal", "high");
    private readonly Option<string?> _pool = Flags.Maybe("--device-pool", "NAME", "The pool of silos that it runs in (default default).");
    private readonly Option<string?> _user = Flags.Maybe("--user", "NAME", "Who asks; users share devices fairly (default: the account's name).");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_device, _memory, _priority, _pool, _user]) command.Add(option);
    }

    /// <summary>The job, with what was said about its device.</summary>
    public JobSpec Place(Call call, JobSpec spec) => spec with
    {
        Needs = new()
        {
            Pool = call.Get(_pool) ?? DeviceNeed.DefaultPool, Kind = Enum.Parse<DeviceKind>(call.Get(_device) ?? nameof(DeviceKind.Any), ignoreCase: true),
            Memory = call.Get(_memory) ?? 0, Priority = Enum.Parse<JobPriority>(call.Get(_priority) ?? nameof(JobPriority.Normal), ignoreCase: true),
            User = call.Get(_user) ?? Environment.UserName,
        },
    };
}
