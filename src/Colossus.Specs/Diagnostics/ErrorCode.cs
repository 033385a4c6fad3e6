namespace Colossus.Specs.Diagnostics;

/// <summary>The codes of mistakes in job files. They never change their meaning; docs/errors.md lists them.</summary>
public static class ErrorCode
{
    /// <summary>The file is no YAML, or not one mapping of keys.</summary>
    public const string Syntax = "COL1001";

    /// <summary>A key that nobody reads.</summary>
    public const string UnknownKey = "COL1002";

    /// <summary>A value of the wrong type.</summary>
    public const string WrongType = "COL1003";

    /// <summary>A number outside its range, or a word that is none of those allowed.</summary>
    public const string NotAllowed = "COL1004";

    /// <summary>A value that must be there is missing.</summary>
    public const string Missing = "COL1005";

    /// <summary>Values that do not fit each other.</summary>
    public const string DoesNotFit = "COL1006";

    /// <summary>Something that is described and priced, but cannot be trained yet.</summary>
    public const string NotTrainable = "COL1007";

    /// <summary>The file cannot be read.</summary>
    public const string Unreadable = "COL1008";

    /// <summary>A key that stands twice in one section.</summary>
    public const string DuplicateKey = "COL1009";

    /// <summary>A <c>--set</c> that is not <c>section.key=value</c>.</summary>
    public const string Setting = "COL1010";

    /// <summary>The file has nothing in it.</summary>
    public const string Empty = "COL1011";

    /// <summary>The file is no text.</summary>
    public const string NotText = "COL1012";
}
