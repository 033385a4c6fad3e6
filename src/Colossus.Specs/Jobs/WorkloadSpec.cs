namespace Colossus.Specs.Jobs;

/// <summary>Somebody else's program, run under the same care, with torchrun's environment variables.</summary>
/// <param name="Command">Program and arguments, at least the program.</param>
public sealed record WorkloadSpec(IReadOnlyList<string> Command)
{
    /// <summary>Equal when program and arguments are.</summary>
    public bool Equals(WorkloadSpec? other) => other is not null && Command.SequenceEqual(other.Command);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Command.Count, Command.Count > 0 ? Command[0] : null);
}
