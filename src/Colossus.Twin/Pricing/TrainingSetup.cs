using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>The program that trains: number format and generation of software.</summary>
/// <param name="Format">Format of matrix products.</param>
/// <param name="FlashAttention">Whether attention keeps its scores out of memory.</param>
/// <param name="Stack">Generation of the software.</param>
public sealed record TrainingSetup(MatrixFormat Format, bool FlashAttention, SoftwareStack Stack);
