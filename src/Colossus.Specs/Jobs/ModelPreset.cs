namespace Colossus.Specs.Jobs;

/// <summary>A published model that a job can name.</summary>
/// <param name="Name">Its name in job files.</param>
/// <param name="Model">Its sizes.</param>
/// <param name="Source">Where the sizes are published.</param>
/// <param name="Note">In what the published model differs from what a <see cref="ModelSpec"/> can say; empty when in nothing that counts.</param>
public sealed record ModelPreset(string Name, ModelSpec Model, string Source, string Note);
