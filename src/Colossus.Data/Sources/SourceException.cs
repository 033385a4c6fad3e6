namespace Colossus.Data.Sources;

/// <summary>A file cannot be read any further. <see cref="DocumentReader"/> turns it into a problem with the file's name.</summary>
internal sealed class SourceException(string what, string nextStep, long? line = null, long? column = null, long? byteOffset = null) : Exception(what)
{
    public CorpusProblem In(string file) => new(Message, nextStep, file, line, column, byteOffset);
}
