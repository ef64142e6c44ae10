using System.Globalization;
using System.Net;

namespace Learngene.Cli.Report;

/// <summary>
/// Markup. <see cref="Of"/> encodes whatever stands in a template's holes unless it is markup itself, so that no text of an experiment
/// becomes a tag.
/// </summary>
internal sealed class Html
{
    public static readonly Html Nothing = new("");
    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>A template with its holes filled: text is encoded, markup and lists of it are not.</summary>
    public static Html Of(FormattableString template) => new(string.Format(Filling.Instance, template.Format, template.GetArguments()));

    /// <summary>Markup that was made here and holds no text of others.</summary>
    public static Html Trusted(string markup) => new(markup);

    public override string ToString() => _markup;

    private sealed class Filling : IFormatProvider, ICustomFormatter
    {
        public static readonly Filling Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            Html html => html._markup,
            IEnumerable<Html> several => string.Concat(several),
            IFormattable number => WebUtility.HtmlEncode(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => WebUtility.HtmlEncode(arg?.ToString() ?? ""),
        };
    }
}
