namespace Colossus.Plan.Programs;

/// <summary>Which of a run's number formats a value has; the precision of the job says what they are.</summary>
public enum ValueFormat
{
    /// <summary>The residual stream, weights outside products, gradients of weights.</summary>
    Residual,

    /// <summary>Operands of matrix products, and what lies between two of them.</summary>
    Product,

    /// <summary>32-bit floating point: statistics, losses.</summary>
    Single,

    /// <summary>32-bit integers: token ids, experts, numbers and places of visits.</summary>
    Token,
}
