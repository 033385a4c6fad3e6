namespace Colossus.Specs.Sites;

/// <summary>What came of reading a site file.</summary>
/// <param name="Site">The site; null if anything is wrong.</param>
/// <param name="Problems">Everything that is wrong, each as <c>file:line:column: error: what, and what to do</c>.</param>
public sealed record SiteReading(SiteSpec? Site, IReadOnlyList<string> Problems);
