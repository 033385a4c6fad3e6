namespace Colossus.Plan.Programs;

/// <summary>A dim and how many elements of it there are on this rank.</summary>
/// <param name="Dim">What is counted.</param>
/// <param name="Size">Elements, 1 or more; of heads the elements of all of them.</param>
public readonly record struct Extent(Dim Dim, int Size)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Dim} {Size}";
}
