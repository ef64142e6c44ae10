using Orleans.Runtime;
using Orleans.Timers;

namespace Learngene.Grains;

/// <summary>A reminder that wakes unfinished work every minute, on whichever silo there is.</summary>
internal sealed class WakeGrain(SiloWatch watch, IReminderRegistry reminders) : Grain, IWakeGrain, IRemindable
{
    private const string Name = "unfinished work";
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    public Task Arm() => reminders.RegisterOrUpdateReminder(this.GetGrainId(), Name, s_period, s_period);

    public Task ReceiveReminder(string reminderName, TickStatus status) => watch.WakeAsync(default);
}
