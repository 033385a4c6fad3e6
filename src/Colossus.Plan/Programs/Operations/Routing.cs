using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs.Operations;

/// <summary>Which experts the tokens of a micro-batch visit, and where their visits lie once they are sorted by expert.</summary>
public sealed class Routing
{
    /// <summary>Describes it.</summary>
    /// <param name="name">What the names of its values begin with.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="experts">The mixture.</param>
    public Routing(string name, Extent tokens, ExpertsSpec experts)
    {
        ArgumentNullException.ThrowIfNull(experts);
        Name = name;
        Experts = experts;
        var active = new Extent(Dim.Active, experts.Active);
        var one = new Extent(Dim.One, 1);
        double even = (double)tokens.Size * experts.Active / experts.Count;
        MostRows = (int)(experts.Capacity == 0 ? tokens.Size : Math.Min(tokens.Size, Math.Ceiling(experts.Capacity * even)));
        Visits = new Extent(Dim.Visit, (int)Math.Min((long)tokens.Size * experts.Active, (long)MostRows * experts.Count));
        Weights = new Value(name + ".weights", ValueFormat.Single, tokens, active);
        Choices = new Value(name + ".choices", ValueFormat.Token, tokens, active);
        Places = new Value(name + ".places", ValueFormat.Token, tokens, active);
        Sources = new Value(name + ".sources", ValueFormat.Token, Visits, one);
        Loads = new Value(name + ".loads", ValueFormat.Token, one, new Extent(Dim.Expert, experts.Count));
        Counts = new Value(name + ".counts", ValueFormat.Token, one, new Extent(Dim.Expert, experts.Count));
    }

    /// <summary>What the names of its values begin with.</summary>
    public string Name { get; }

    /// <summary>The mixture.</summary>
    public ExpertsSpec Experts { get; }

    /// <summary>Rows of all experts together, at most; all of them are used unless the mixture has a capacity.</summary>
    public Extent Visits { get; }

    /// <summary>Rows of one expert, at most.</summary>
    public int MostRows { get; }

    /// <summary>[tokens, active]: what an expert's result is multiplied with.</summary>
    public Value Weights { get; }

    /// <summary>[tokens, active]: indices of the experts, best first.</summary>
    public Value Choices { get; }

    /// <summary>[tokens, active]: the row of each visit; -1 where the expert has no room for it.</summary>
    public Value Places { get; }

    /// <summary>[visits, 1]: of each row the token that it belongs to. Rows are sorted by expert, those of one expert by token.</summary>
    public Value Sources { get; }

    /// <summary>[1, experts]: tokens that chose each expert, those for which it has no room too.</summary>
    public Value Loads { get; }

    /// <summary>[1, experts]: rows of each expert.</summary>
    public Value Counts { get; }

    /// <summary>Its rows by expert.</summary>
    public VisitGroups Groups => new(Counts, Experts.Count, Visits.Size);

    /// <summary>All of its values.</summary>
    public IReadOnlyList<Value> Values => [Weights, Choices, Places, Sources, Loads, Counts];
}
