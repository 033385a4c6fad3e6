namespace Colossus.Training.Engine;

/// <summary>The run cannot go on, and trying again would not help.</summary>
/// <param name="code">Stable code, as <c>nonFinite</c>.</param>
/// <param name="message">What happened, and what to do.</param>
public sealed class TrainingFailedException(string code, string message) : Exception(message)
{
    /// <summary>Stable code.</summary>
    public string Code { get; } = code;
}
