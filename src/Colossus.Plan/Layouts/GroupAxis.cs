namespace Colossus.Plan.Layouts;

/// <summary>The direction of the rank grid along which a group of ranks lies.</summary>
public enum GroupAxis
{
    /// <summary>Ranks that share each matrix.</summary>
    Tensor,

    /// <summary>Ranks that share each sequence.</summary>
    Context,

    /// <summary>Ranks that hold the same weights: data and context parallelism together.</summary>
    Data,

    /// <summary>Stages.</summary>
    Pipeline,

    /// <summary>Ranks that share the experts: consecutive ranks of one stage.</summary>
    Expert,

    /// <summary>Ranks that hold the same experts.</summary>
    ExpertData,
}
