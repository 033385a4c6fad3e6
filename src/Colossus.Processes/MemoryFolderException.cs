namespace Colossus.Processes;

/// <summary>The folder for shared memory cannot be used; the message says why and what to do.</summary>
/// <param name="message">For the person at the terminal.</param>
/// <param name="inner">The cause.</param>
public sealed class MemoryFolderException(string message, Exception inner) : Exception(message, inner);
