namespace Colossus.Runs.Events;

/// <summary>Something that a person should know, in a sentence.</summary>
/// <param name="Level"><c>info</c> or <c>warning</c>.</param>
/// <param name="Message">The sentence.</param>
public sealed record NoteEvent(string Level, string Message) : RunEvent;
