namespace Colossus.Checkpoints;

/// <summary>The part of a manifest that every version has.</summary>
/// <param name="FormatVersion">Version of the layout.</param>
internal sealed record ManifestVersion(int FormatVersion);
