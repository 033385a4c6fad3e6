namespace Colossus.Training.Native;

/// <summary>libtorch is missing on this host or cannot be loaded.</summary>
/// <param name="message">What is missing, where it was searched, and what to do.</param>
/// <param name="inner">The loader's own error, where there is one.</param>
public sealed class LibtorchException(string message, Exception? inner = null) : Exception(message, inner);
