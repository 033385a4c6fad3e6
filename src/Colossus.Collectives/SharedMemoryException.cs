namespace Colossus.Collectives;

/// <summary>Shared memory cannot be had.</summary>
/// <param name="message">What, where, how much was asked for and how much there is, and what to do.</param>
public sealed class SharedMemoryException(string message) : Exception(message);
