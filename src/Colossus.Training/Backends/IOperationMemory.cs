using Colossus.Plan.Programs;

namespace Colossus.Training.Backends;

/// <summary>Where an operation's values and weights lie.</summary>
internal interface IOperationMemory
{
    /// <summary>Address of a value.</summary>
    nint Of(Value value);

    /// <summary>Address of a weight in the format of the residual stream.</summary>
    nint OfWeight(Weight weight);

    /// <summary>Address of a weight in the format of products; the same as <see cref="OfWeight"/> where the formats are.</summary>
    nint OfMatrix(Weight weight);

    /// <summary>Address of a weight's gradient, in the format of the residual stream.</summary>
    nint OfGradient(Weight weight);
}
