namespace Colossus.Data.Sources;

/// <summary>How a file is compressed as a whole.</summary>
internal enum SourcePacking
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By gzip: .gz.</summary>
    Gzip,

    /// <summary>By Zstandard: .zst.</summary>
    Zstandard,
}
