namespace Colossus.Runs.Events;

/// <summary>A sample of what the model writes.</summary>
/// <param name="Prompt">What it was given.</param>
/// <param name="Text">How it went on, without the prompt.</param>
public sealed record TextEvent(string Prompt, string Text) : RunEvent;
