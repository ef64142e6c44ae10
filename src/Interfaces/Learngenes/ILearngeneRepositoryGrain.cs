namespace Learngene.Learngenes;

/// <summary>The versions of one family of models; the key is its name, such as <c>fashion/lets</c>.</summary>
[Alias("learngene.repository")]
public interface ILearngeneRepositoryGrain : IGrainWithStringKey
{
    /// <summary>Keeps the name for an unfinished job, so that two jobs never race for it.</summary>
    /// <exception cref="RefusedException">Another unfinished job holds the name.</exception>
    [Alias("Reserve")] Task Reserve(string job);

    /// <summary>Lets the name go.</summary>
    [Alias("Release")] Task Release(string job);

    /// <summary>Appends a version, once per job and phase: repeated, it returns the version it made. Releases the name, unless it is one of several phases.</summary>
    /// <param name="version">Its number, time and tags are filled in here, and the names of parents that are versions of this family.</param>
    [Alias("Publish")] Task<LearngeneVersion> Publish(LearngeneVersion version);

    /// <summary>The version of a number, a tag, or null for the latest that is not retired.</summary>
    /// <exception cref="RefusedException">There is none; says which there are.</exception>
    [Alias("Resolve")] Task<LearngeneVersion> Resolve(string? selector);

    /// <summary>All versions, oldest first.</summary>
    [Alias("Versions")] Task<IReadOnlyList<LearngeneVersion>> Versions();

    /// <summary>Points a tag at a version; a tag names one version at a time.</summary>
    [Alias("Tag")] Task<LearngeneVersion> Tag(string selector, string tag);

    /// <summary>Takes a version out of use; its file stays.</summary>
    [Alias("Retire")] Task<LearngeneVersion> Retire(string selector);
}
