namespace Learngene.Vision.Federation;

/// <summary>One contribution to a robust rule.</summary>
/// <param name="Cohort">The client's.</param><param name="Weight">Used by krum's mean alone.</param><param name="Scale">Factor of its values, see <see cref="FederatedTask.Check"/>.</param>
public sealed record RobustContribution(int Cohort, long Weight, double Scale = 1);

/// <summary>
/// Rules that need all contributions at once: median, trimmed mean, krum. Works through the layers piece by piece over payloads that are opened one
/// at a time, so that memory is bounded by contributions times a piece, not times the model.
/// </summary>
public static class RobustAggregation
{
    /// <summary>What the rule of the settings makes of the contributions; the order in which they are listed does not matter to a bit.</summary>
    /// <param name="task">The task.</param><param name="cohorts">Cohorts there are.</param><param name="contributions">Of one round.</param>
    /// <param name="open">The payload of the contribution of that number; called often, one payload in use at a time.</param>
    /// <param name="breathe">Called between pieces.</param>
    public static RoundMean Run(
        FederatedTask task, int cohorts, IReadOnlyList<RobustContribution> contributions, Func<int, PayloadReader> open, Action? breathe = null) =>
        throw new NotImplementedException();
}
