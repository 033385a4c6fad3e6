using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Programs;

/// <summary>What takes the place of an operation's values and weights on one rank, where ranks share the work of a model.</summary>
public abstract class OperationMap
{
    /// <summary>Ranks that share each matrix, 1 or more.</summary>
    public abstract int Tensor { get; }

    /// <summary>The rank's part of a value, or all of it.</summary>
    /// <param name="value">A value of the whole model.</param>
    public abstract Value Of(Value value);

    /// <summary>The rank's part of a weight, or all of it.</summary>
    /// <param name="weight">A weight of the whole model.</param>
    public abstract Weight Of(Weight weight);

    /// <summary>The heads and queries that a rank has.</summary>
    /// <param name="geometry">Those of the whole model.</param>
    public abstract AttentionGeometry Of(AttentionGeometry geometry);

    /// <summary>The tokens whose rows of a value a rank has.</summary>
    /// <param name="rows">Those of the whole value.</param>
    /// <param name="value">The value.</param>
    public abstract TokenRows Of(TokenRows rows, Value value);

    /// <summary>Where the visits lie of the tokens that a rank has.</summary>
    /// <param name="routing">The routing of the whole micro-batch.</param>
    public abstract Routing Of(Routing routing);

    /// <summary>The rows by expert of the tokens that a rank has.</summary>
    /// <param name="groups">Those of the whole micro-batch.</param>
    public abstract VisitGroups Of(VisitGroups groups);

    /// <summary>The rank's part of some values.</summary>
    /// <param name="values">Values of the whole model.</param>
    public Value[] Of(IEnumerable<Value> values) => [.. values.Select(Of)];

    /// <summary>The rank's part of some weights.</summary>
    /// <param name="weights">Weights of the whole model.</param>
    public Weight[] Of(IEnumerable<Weight> weights) => [.. weights.Select(Of)];
}
