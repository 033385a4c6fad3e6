namespace Colossus.Cli.Verbs;

/// <summary>A command line in a verb's help.</summary>
/// <param name="Command">As it is typed.</param>
/// <param name="Meaning">What it does, in a few words.</param>
internal sealed record Example(string Command, string Meaning);
