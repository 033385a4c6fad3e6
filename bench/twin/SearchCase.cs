namespace Colossus.Bench.Twin;

/// <summary>One search to time.</summary>
/// <param name="Name">Name in the result.</param>
/// <param name="Model">Model of the catalogue.</param>
/// <param name="Accelerator">Accelerator of the catalogue.</param>
/// <param name="NetworkGbps">Network of one accelerator, Gb/s.</param>
/// <param name="Gpus">Accelerators.</param>
/// <param name="GlobalBatch">Sequences a step.</param>
internal sealed record SearchCase(string Name, string Model, string Accelerator, double NetworkGbps, int Gpus, int GlobalBatch);
