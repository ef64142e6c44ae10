using System.Runtime.InteropServices;

namespace Learngene.Vision.Budgets;

/// <summary>What the processor calls itself.</summary>
public static class DeviceName
{
    private const string Cpu = "/proc/cpuinfo", Board = "/proc/device-tree/model";
    private const int Longest = 200;

    /// <summary>The model of the processor or of the board; where the system tells neither, its architecture.</summary>
    public static string Read()
    {
        string name = "";
        if (File.Exists(Board)) name = File.ReadAllText(Board);
        else if (File.Exists(Cpu)) name = File.ReadLines(Cpu).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1] ?? "";
        name = new string([.. name.Where(c => !char.IsControl(c)).Take(Longest)]).Trim();
        return name.Length > 0 ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
