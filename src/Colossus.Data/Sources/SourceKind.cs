namespace Colossus.Data.Sources;

/// <summary>How a file is read.</summary>
internal enum SourceKind
{
    /// <summary>Plain text: .txt and .md.</summary>
    Text,

    /// <summary>One JSON object a line: .jsonl and .ndjson.</summary>
    JsonLines,

    /// <summary>An array of JSON objects, or objects one after another: .json.</summary>
    Json,

    /// <summary>The text content of any XML document.</summary>
    Xml,

    /// <summary>One string column of a Parquet file.</summary>
    Parquet,

    /// <summary>The prose of .NET's XML documentation.</summary>
    DotnetDocs,
}
