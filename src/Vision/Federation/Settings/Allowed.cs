namespace Learngene.Vision.Federation;

/// <summary>Refuses a value in words.</summary>
internal static class Allowed
{
    /// <summary>Throws unless the value is within the range.</summary>
    public static void Within(string field, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new InvalidInputException(FormattableString.Invariant($"{field} {value} is outside {low}..{high}."));
    }

    /// <summary>Throws unless the values ascend within the range.</summary>
    public static void Ascending(string field, IReadOnlyList<int> values, int low, int high)
    {
        for (int i = 0; i < values.Count; i++)
        {
            Within(field, values[i], low, high);
            if (i > 0 && values[i] <= values[i - 1])
                throw new InvalidInputException($"{field} {string.Join(", ", values)} do not ascend: {values[i]} follows {values[i - 1]}.");
        }
    }
}
