namespace Colossus.Plan.Programs.Operations;

/// <summary>output = input · [W₀; W₁; …]ᵀ, with the matrices of the expert that a row belongs to: one product an expert, over as many rows as came to it.</summary>
public sealed class GroupedProduct : Operation
{
    /// <summary>Describes the products.</summary>
    /// <param name="input">[visits, inputs], sorted by expert.</param>
    /// <param name="output">[visits, sum of an expert's outputs].</param>
    /// <param name="groups">Rows of each expert.</param>
    /// <param name="experts">The matrices of each expert, each [outputs, inputs].</param>
    public GroupedProduct(Value input, Value output, VisitGroups groups, IReadOnlyList<IReadOnlyList<Weight>> experts)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Input = input;
        Output = output;
        Groups = groups;
        Experts = experts;
        Weights = [.. experts.SelectMany(matrices => matrices)];
    }

    /// <summary>The left operand.</summary>
    public Value Input { get; }

    /// <summary>Receives the result.</summary>
    public Value Output { get; }

    /// <summary>How many rows each expert has.</summary>
    public VisitGroups Groups { get; }

    /// <summary>The matrices of each expert.</summary>
    public IReadOnlyList<IReadOnlyList<Weight>> Experts { get; }

    /// <summary>Multiplications and additions of the products, and of each of their two gradients; with a capacity the most there can be.</summary>
    public double OnePass => 2.0 * Groups.EvenRows * Input.Width * Output.Width;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input, Groups.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights { get; }

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => OnePass;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        backward.Add(new GroupedWeightGradient(this, outputGradient, backward.ConvertsWeightGradients));
        (Value inputGradient, _) = backward.Into(Input);
        backward.Add(new GroupedInputGradient(this, outputGradient, inputGradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new GroupedProduct(map.Of(Input), map.Of(Output), map.Of(Groups), [.. Experts.Select(map.Of)]);
    }
}
