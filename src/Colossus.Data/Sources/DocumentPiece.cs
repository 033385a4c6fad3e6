namespace Colossus.Data.Sources;

/// <summary>How much of a text a document is, when its end is held out.</summary>
internal enum DocumentPiece
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>What comes before the end.</summary>
    Front,

    /// <summary>The end, which is held out.</summary>
    End,
}
