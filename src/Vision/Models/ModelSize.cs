using System.Globalization;

namespace Learngene.Vision.Models;

/// <summary>A size of a descendant, written WIDTHxDEPTH, or WIDTHxDEPTHxCOMPONENTS where it is recomposed from some of the components.</summary>
/// <param name="Width">Channels.</param><param name="Depth">Layers.</param><param name="Components">Components, or null.</param>
public sealed record ModelSize(int Width, int Depth, int? Components = null)
{
    /// <summary>The size in a text.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static ModelSize Parse(string text)
    {
        int[] numbers = [.. text.Split('x').Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return numbers.Length is 2 or 3 && numbers.All(n => n is > 0 and <= 16_384)
            ? new(numbers[0], numbers[1], numbers.Length == 3 ? numbers[2] : null)
            : throw new InvalidInputException($"size '{text}' is not WIDTHxDEPTH, such as 48x3, or WIDTHxDEPTHxCOMPONENTS, such as 64x6x2.");
    }

    /// <inheritdoc/>
    public override string ToString() => Components is { } k ? $"{Width}x{Depth}x{k}" : $"{Width}x{Depth}";
}
