namespace Learngene.Vision.Data;

/// <summary>A data set cannot be used. The message is one sentence: which file, which field, which value, and what is allowed.</summary>
public sealed class DataException : Exception
{
    /// <summary>Says what is wrong with which file.</summary>
    /// <param name="message">The whole sentence.</param>
    /// <param name="innerException">What the system said, if it said anything.</param>
    public DataException(string message, Exception? innerException = null) : base(message, innerException) { }

    /// <summary>Runs <paramref name="read"/> and turns the system's complaints about a file into one that names it.</summary>
    internal static T Guard<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException e)
        {
            throw new DataException($"{file}: the file ends in the middle; is it truncated?", e);
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"{file}: the gzip stream is damaged ({e.Message.TrimEnd('.')}).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.SecurityException)
        {
            throw new DataException($"{file}: the file cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
