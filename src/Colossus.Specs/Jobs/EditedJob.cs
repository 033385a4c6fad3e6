namespace Colossus.Specs.Jobs;

/// <summary>A job file with other values in it.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Job">What it says.</param>
/// <param name="IsFresh">Whether the text was written anew, with all values and without the comments between them, because the old one had no place for the values.</param>
public sealed record EditedJob(string Text, JobSpec Job, bool IsFresh);
