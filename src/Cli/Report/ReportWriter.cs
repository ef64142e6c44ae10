using System.Text;
using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>Writes what a comparison leaves behind.</summary>
internal static class ReportWriter
{
    /// <summary>Writes <c>report.html</c>, <c>results.json</c> and <c>results.csv</c>, each whole or not at all.</summary>
    public static void Write(ExperimentResults results, string directory)
    {
        Directory.CreateDirectory(directory);
        Put(directory, "results.json", results.ToJson() + "\n");
        Put(directory, "results.csv", Csv.Of(results.Cells));
        Put(directory, "report.html", Page.Of(new(results)).ToString());
    }

    private static void Put(string directory, string name, string text)
    {
        string file = Path.Combine(directory, name), half = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(half, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(half, file, overwrite: true);
    }
}
