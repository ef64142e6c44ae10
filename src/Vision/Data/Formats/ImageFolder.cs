namespace Learngene.Vision.Data.Formats;

/// <summary>Finds the images of PATH/train/CLASS/* and PATH/test (or val)/CLASS/*, or of PATH/CLASS/*, where every fifth is a test image.</summary>
internal static class ImageFolder
{
    private const int TestEvery = 5;
    private static readonly string[] TestNames = ["test", "val"];

    public static bool Looks(string directory) =>
        Directory.Exists(Path.Combine(directory, "train")) || ClassNames(directory).Any(name => Images(Path.Combine(directory, name)).Any());

    /// <summary>Class names in ordinal order, and the images of both splits with names relative to <paramref name="directory"/>.</summary>
    public static (string[] Classes, LabelledFile[] Train, LabelledFile[] Test) Scan(string directory, DataLimits limits)
    {
        var train = Path.Combine(directory, "train");
        if (!Directory.Exists(train))
            return Divide(directory, limits);
        var test = TestNames.FirstOrDefault(name => Directory.Exists(Path.Combine(directory, name)))
            ?? throw new DataException($"{directory}: there is a folder train but neither test nor val.");
        var classes = Classes(train);
        var stray = ClassNames(Path.Combine(directory, test)).Except(classes, StringComparer.Ordinal).FirstOrDefault();
        if (stray is not null)
            throw new DataException($"{Path.Combine(directory, test, stray)}: the class {stray} has no folder in {train}.");
        var tests = List(directory, test, classes, limits);
        if (tests.Length == 0)
            throw new DataException($"{Path.Combine(directory, test)}: there is no .png, .jpg or .jpeg image in its class folders.");
        return (classes, List(directory, "train", classes, limits), tests);
    }

    private static (string[], LabelledFile[], LabelledFile[]) Divide(string directory, DataLimits limits)
    {
        var classes = Classes(directory);
        var files = List(directory, "", classes, limits);
        var isTest = files.GroupBy(file => file.Label).SelectMany(group => group.Select((_, i) => i % TestEvery == TestEvery - 1)).ToArray();
        var test = files.Where((_, i) => isTest[i]).ToArray();
        if (test.Length == 0)
            throw new DataException($"{directory}: no class has {TestEvery} images, so none is left for the test split; add images, or folders train and test.");
        return (classes, [.. files.Where((_, i) => !isTest[i])], test);
    }

    private static string[] Classes(string directory)
    {
        var classes = ClassNames(directory);
        if (classes.Length < 2)
            throw new DataException($"{directory}: the number of class folders is {classes.Length}; at least 2 are needed.");
        var empty = classes.FirstOrDefault(name => !Images(Path.Combine(directory, name)).Any());
        return empty is null
            ? classes
            : throw new DataException($"{Path.Combine(directory, empty)}: the class {empty} has no .png, .jpg or .jpeg image.");
    }

    private static LabelledFile[] List(string root, string split, string[] classes, DataLimits limits)
    {
        var files = new List<LabelledFile>();
        for (var label = 0; label < classes.Length; label++)
        {
            var folder = Path.Combine(root, split, classes[label]);
            if (!Directory.Exists(folder))
                continue;
            foreach (var name in Images(folder).Order(StringComparer.Ordinal))
                files.Add(new(Path.Combine(folder, name), string.Join('/', new[] { split, classes[label], name }.Where(part => part != "")), label));
            if (files.Count > limits.MaxImages)
                throw new DataException($"{Path.Combine(root, split)}: the split has over {limits.MaxImages} images, which is what is allowed.");
        }
        return [.. files];
    }

    private static string[] ClassNames(string directory) => DataException.Guard(directory, () =>
        Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.').Order(StringComparer.Ordinal).ToArray());

    // Files whose name starts with a dot are an operating system's, not the user's.
    private static IEnumerable<string> Images(string folder) => DataException.Guard(folder, () =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.' && IsImage(Path.GetExtension(name))).ToArray());

    private static bool IsImage(string extension) =>
        extension.ToLowerInvariant() is ".png" or ".jpg" or ".jpeg";
}

/// <summary>An image file and its class.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">Its name inside the data set, with '/'.</param>
/// <param name="Label">Its class.</param>
internal sealed record LabelledFile(string Path, string Name, int Label);
