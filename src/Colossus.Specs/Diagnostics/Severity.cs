namespace Colossus.Specs.Diagnostics;

/// <summary>What a diagnostic means for the file.</summary>
public enum Severity
{
    /// <summary>The file is used as it is, but probably not meant so.</summary>
    Warning,

    /// <summary>The file cannot be used.</summary>
    Error,
}
