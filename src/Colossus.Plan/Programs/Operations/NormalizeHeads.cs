namespace Colossus.Plan.Programs.Operations;

/// <summary>RMSNorm of each query head and each key head, with one scale for all heads of a kind; values pass through (Qwen3, arXiv 2505.09388).</summary>
public sealed class NormalizeHeads : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="input">[tokens, queries | keys | values].</param>
    /// <param name="queryScale">[head width].</param>
    /// <param name="keyScale">[head width].</param>
    /// <param name="output">The shape of <paramref name="input"/>.</param>
    /// <param name="geometry">Heads and their width.</param>
    /// <param name="epsilon">Added to the mean square of a head.</param>
    public NormalizeHeads(Value input, Weight queryScale, Weight keyScale, Value output, AttentionGeometry geometry, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(geometry);
        Input = input;
        QueryScale = queryScale;
        KeyScale = keyScale;
        Output = output;
        Geometry = geometry;
        Epsilon = epsilon;
        InverseRms = new Value(
            output.Name + ".inverseRms", ValueFormat.Single, input.Rows, new Extent(Dim.Heads, geometry.Heads), new Extent(Dim.KvHeads, geometry.KvHeads));
    }

    /// <summary>What is normalized.</summary>
    public Value Input { get; }

    /// <summary>A factor an element of a query head.</summary>
    public Weight QueryScale { get; }

    /// <summary>A factor an element of a key head.</summary>
    public Weight KeyScale { get; }

    /// <summary>Receives the result.</summary>
    public Value Output { get; }

    /// <summary>Heads and their width.</summary>
    public AttentionGeometry Geometry { get; }

    /// <summary>Added to the mean square.</summary>
    public double Epsilon { get; }

    /// <summary>Receives 1 / RMS of each head of each row; the gradient wants it.</summary>
    public Value InverseRms { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output, InverseRms];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [QueryScale, KeyScale];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value inputGradient, _) = backward.Into(Input);
        var gradient = new NormalizeHeadsGradient(this, outputGradient, inputGradient);
        backward.Add(gradient);
        backward.Add(new StoreVectorGradient(gradient.ScaleGradients, QueryScale, KeyScale));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new NormalizeHeads(map.Of(Input), map.Of(QueryScale), map.Of(KeyScale), map.Of(Output), map.Of(Geometry), Epsilon);
    }
}
