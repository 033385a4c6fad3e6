namespace Colossus.Data.Sources;

/// <summary>A text, or one part of a long one, with where it came from.</summary>
/// <param name="Whole">Name of the text, unique in a corpus as far as its sources make it so.</param>
/// <param name="Source">Name of the file it came from.</param>
/// <param name="Text">The text; never empty.</param>
/// <param name="Part">Number of the part, from 0, when a long text was cut into several; null for a whole text.</param>
/// <param name="Origin">What the source says about where the text came from; null when it says nothing.</param>
/// <param name="Piece">Whether its end was taken off to be held out.</param>
internal sealed record Document(
    string Whole, string Source, string Text, int? Part = null, DocumentOrigin? Origin = null, DocumentPiece Piece = DocumentPiece.All)
{
    /// <summary>Name of the document: that of the text, with the number of the part behind it.</summary>
    public string Id => $"{Whole}{(Part is { } part ? $"#{part}" : "")}{(Piece == DocumentPiece.End ? "+end" : "")}";

    /// <summary>Whether this goes on with the text of another document, so that no separator belongs between the two.</summary>
    public bool Follows(Document? before) =>
        Part > 0 && Piece != DocumentPiece.End && before is { Piece: DocumentPiece.All }
        && before.Part == Part - 1 && before.Whole == Whole && before.Source == Source;
}
