using System.Text;

namespace Colossus.Data;

/// <summary>One thing that is wrong with the text a run is to learn from.</summary>
/// <param name="What">What is wrong, as a sentence without its full stop.</param>
/// <param name="NextStep">What to do about it, as a sentence without its full stop; null when the first sentence says it.</param>
/// <param name="File">The file it is in; null when it concerns no single file.</param>
/// <param name="Line">Line in the file, from 1; null when not known.</param>
/// <param name="Column">Column in the line, from 1; null when not known.</param>
/// <param name="ByteOffset">Byte in the file, from 0; null when not known.</param>
public sealed record CorpusProblem(
    string What,
    string? NextStep = null,
    string? File = null,
    long? Line = null,
    long? Column = null,
    long? ByteOffset = null)
{
    /// <summary>The problem on one line: <c>file:line:column: what; next step</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (File is not null)
        {
            text.Append(File);
            if (Line is not null)
            {
                text.Append(':').Append(Line);
                if (Column is not null)
                {
                    text.Append(':').Append(Column);
                }
            }

            if (ByteOffset is not null)
            {
                text.Append(": byte ").Append(ByteOffset);
            }

            text.Append(": ");
        }

        text.Append(What);
        return (NextStep is null ? text : text.Append("; ").Append(NextStep)).ToString();
    }
}
