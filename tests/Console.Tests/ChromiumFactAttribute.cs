namespace Learngene.Console.Tests;

/// <summary>A fact for machines with chromium on the path; elsewhere it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> s_chromium = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists));

    public ChromiumFactAttribute()
    {
        if (Chromium is null) Skip = "needs chromium on the path (Debian: chromium)";
    }

    public static string? Chromium => s_chromium.Value;
}
