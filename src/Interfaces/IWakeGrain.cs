namespace Learngene;

/// <summary>Wakes unfinished work now and then, should everything else that does have failed; there is one, with key 0.</summary>
[Alias("learngene.wake")]
public interface IWakeGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that it is reminded; may be repeated.</summary>
    [Alias("Arm")] Task Arm();
}
