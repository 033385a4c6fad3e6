namespace Colossus.Plan.Programs.Operations;

/// <summary>sum = residual + branch, rounded to the format of the residual stream.</summary>
/// <param name="residual">[tokens, hidden].</param>
/// <param name="branch">[tokens, hidden].</param>
/// <param name="sum">[tokens, hidden].</param>
public sealed class Add(Value residual, Value branch, Value sum) : Operation
{
    /// <summary>The residual stream.</summary>
    public Value Residual { get; } = residual;

    /// <summary>What a branch adds to it.</summary>
    public Value Branch { get; } = branch;

    /// <summary>Receives the sum.</summary>
    public Value Sum { get; } = sum;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Residual, Branch];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Sum];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value gradient = backward.Of(Sum);
        if (backward.CopiesBranchGradients)
        {
            var ofBranch = Branch.Like("d." + Branch.Name, Branch.Format);
            backward.Add(new Convert(gradient, ofBranch));
            backward.Give(Branch, ofBranch);
        }
        else
        {
            backward.Give(Branch, gradient);
        }

        backward.Give(Residual, gradient);
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Add(map.Of(Residual), map.Of(Branch), map.Of(Sum));
    }
}
