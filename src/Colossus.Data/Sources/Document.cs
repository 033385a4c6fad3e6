namespace Colossus.Data.Sources;

/// <summary>A text with where it came from.</summary>
/// <param name="Id">Name of the document, unique in a corpus as far as its sources make it so.</param>
/// <param name="Source">Name of the file it came from.</param>
/// <param name="Text">The text; never empty.</param>
/// <param name="Part">Number of the part, from 0, when a long text was cut into several.</param>
/// <param name="Origin">What the source says about where the text came from; empty when it says nothing.</param>
internal sealed record Document(string Id, string Source, string Text, int Part = 0, DocumentOrigin? Origin = null);
