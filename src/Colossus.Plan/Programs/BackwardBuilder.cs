namespace Colossus.Plan.Programs;

/// <summary>Derives the backward pass of a list of operations, last operation first.</summary>
/// <remarks>
/// The gradient of the residual stream is one value that is changed in place: <c>sum = residual + branch</c> hands the gradient of the sum on to the residual as it is,
/// and what the branch's own path contributes is added to it. A branch that reads it later, or in another format, gets a copy.
/// </remarks>
/// <param name="formats">Number formats.</param>
/// <param name="splitsWeightGradients">Whether gradients of weights are computed in a pass of their own, after the backward pass.</param>
public sealed class BackwardBuilder(NumberFormats formats, bool splitsWeightGradients)
{
    private readonly Dictionary<Value, Value> gradients = [];
    private readonly List<Operation> operations = [];

    /// <summary>The operations so far, in the order in which they run.</summary>
    public IReadOnlyList<Operation> Operations => operations;

    /// <summary>Whether a branch needs a copy of the residual stream's gradient.</summary>
    public bool CopiesBranchGradients { get; } = splitsWeightGradients || formats.SeparateMatrices;

    /// <summary>Whether products have another format than the gradients of weights, so that these need a conversion.</summary>
    public bool ConvertsWeightGradients { get; } = formats.SeparateMatrices;

    /// <summary>Appends an operation.</summary>
    /// <param name="operation">It runs after those before.</param>
    public void Add(Operation operation) => operations.Add(operation);

    /// <summary>The gradient of a value, complete by now.</summary>
    /// <param name="value">A value of the forward pass.</param>
    /// <exception cref="InvalidOperationException">Nothing depends on the value.</exception>
    public Value Of(Value value) => gradients.TryGetValue(value, out var gradient)
        ? gradient
        : throw new InvalidOperationException($"{value} has no gradient: nothing reads it");

    /// <summary>Where an operation writes what it contributes to a value's gradient.</summary>
    /// <param name="value">A value of the forward pass.</param>
    /// <returns>The gradient, and whether to add to what is there.</returns>
    public (Value Gradient, bool Accumulate) Into(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (gradients.TryGetValue(value, out var gradient))
        {
            return (gradient, true);
        }

        gradient = value.Like("d." + value.Name, value.Format);
        gradients.Add(value, gradient);
        return (gradient, false);
    }

    /// <summary>Says that a value's gradient is another value, which is there already.</summary>
    /// <param name="value">A value of the forward pass.</param>
    /// <param name="gradient">Its gradient.</param>
    public void Give(Value value, Value gradient) => gradients.Add(value, gradient);
}
