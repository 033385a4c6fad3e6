namespace Colossus.Specs.Jobs;

/// <summary>Somebody else's program, run under the same care, with torchrun's environment variables.</summary>
/// <param name="Command">Program and arguments.</param>
public sealed record WorkloadSpec(IReadOnlyList<string> Command);
