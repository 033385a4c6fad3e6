using System.Text;

namespace Colossus.Data.Sources;

/// <summary>Builds prose from pieces of markup: runs of white space become one space, lines start only where asked for.</summary>
internal sealed class ProseBuilder
{
    private readonly StringBuilder text = new();
    private bool space;

    public int Length => text.Length;

    public void Text(ReadOnlySpan<char> piece)
    {
        while (!piece.IsEmpty)
        {
            if (char.IsWhiteSpace(piece[0]))
            {
                space = true;
                piece = piece.TrimStart();
                continue;
            }

            var end = 1;
            while (end < piece.Length && !char.IsWhiteSpace(piece[end]))
            {
                end++;
            }

            Separate();
            text.Append(piece[..end]);
            piece = piece[end..];
        }
    }

    /// <summary>Text that keeps its own lines, such as code.</summary>
    public void Verbatim(string piece)
    {
        Line();
        foreach (var line in piece.Split('\n'))
        {
            var trimmed = line.TrimEnd();
            if (trimmed.Length > 0)
            {
                text.Append(trimmed).Append('\n');
            }
        }
    }

    /// <summary>What follows starts a new line.</summary>
    public void Line()
    {
        space = false;
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
    }

    /// <summary>Takes back what was added since <see cref="Length"/> was this.</summary>
    public void CutTo(int length)
    {
        text.Length = length;
        space = false;
    }

    /// <summary>The text so far, trimmed; the builder starts afresh.</summary>
    public string Take()
    {
        var taken = text.ToString().Trim();
        text.Clear();
        space = false;
        return taken;
    }

    private void Separate()
    {
        if (space && text.Length > 0 && text[^1] != '\n')
        {
            text.Append(' ');
        }

        space = false;
    }
}
