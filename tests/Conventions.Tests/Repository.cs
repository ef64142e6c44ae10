using System.Text.RegularExpressions;

namespace Learngene.Conventions.Tests;

/// <summary>The checkout these tests were built from, as text.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Source files below a folder, without what builds leave.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !Regex.IsMatch(f, @"[\\/](bin|obj|node_modules|\.learngene)[\\/]"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string Name(string file) => Path.GetRelativePath(Root, file);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Learngene.Orleans.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("no Learngene.Orleans.sln above the tests");
    }
}
