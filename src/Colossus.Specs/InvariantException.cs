namespace Colossus.Specs;

/// <summary>Something that this program holds to be always true was not: a defect of the program, never the user's mistake.</summary>
/// <param name="message">What was expected, with the values at hand.</param>
public sealed class InvariantException(string message) : Exception(message);
