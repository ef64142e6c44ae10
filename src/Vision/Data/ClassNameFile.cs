namespace Learngene.Vision.Data;

/// <summary>An optional text file beside the images, one class name a line in the order of the labels; without it classes are called by number.</summary>
internal static class ClassNameFile
{
    private const int MaxBytes = 1 << 20;
    private const int MaxLength = 200;
    private static readonly string[] Names = ["class-names.txt", "batches.meta.txt", "fine_label_names.txt"]; // ours, CIFAR-10's, CIFAR-100's

    public static string[] Read(string directory, int classes)
    {
        var path = Names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        if (path is null)
            return [.. Enumerable.Range(0, classes).Select(label => label.ToString())];
        var length = DataException.Guard(path, () => new FileInfo(path).Length);
        if (length > MaxBytes)
            throw new DataException($"{path}: the file has {length} bytes; at most {MaxBytes} are allowed.");
        var names = DataException.Guard(path, () => File.ReadAllLines(path)).Select(line => line.Trim()).Where(line => line != "").ToArray();
        if (names.Length != classes)
            throw new DataException($"{path}: the number of class names is {names.Length}; the data set has {classes} classes.");
        if (names.FirstOrDefault(name => name.Length > MaxLength || name.Any(char.IsControl)) is { } wrong)
            throw new DataException($"{path}: the class name {Array.IndexOf(names, wrong)} is over {MaxLength} characters long or has control characters.");
        return names;
    }
}
