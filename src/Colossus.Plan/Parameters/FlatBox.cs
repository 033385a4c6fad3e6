namespace Colossus.Plan.Parameters;

/// <summary>A rectangle of a parameter, and how it lies in a rank's flat vector.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Box">Which elements of the whole parameter.</param>
/// <param name="Start">Index of the first of them in the flat vector.</param>
/// <param name="Stride">Elements from one row to the next there.</param>
public readonly record struct FlatBox(Parameter Parameter, ParameterBox Box, long Start, long Stride);
