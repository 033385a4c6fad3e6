namespace Colossus.Data.Sources;

/// <summary>
/// Reads .json files value by value: the elements of one array, or objects one after another. Only the value at hand is in memory, so that an array may be of any length.
/// </summary>
internal static class JsonReading
{
    public static IEnumerable<Document> Read(SourceFile file, ReadingContext context)
    {
        using var input = SourceInput.Open(file);
        context.Begin(input, file);
        var window = context.Window;
        var records = new JsonRecords(file, context);
        var array = Next(window) == '[';
        if (array)
        {
            window.Take(1);
        }

        for (var first = true; !context.Enough && Next(window) is { } character; first = false)
        {
            if (array && Between(window, character, first))
            {
                array = false;
                break;
            }

            var end = EndOfValue(window);
            foreach (var document in records.Read(window.Rest[..end]))
            {
                yield return document;
            }

            window.Take(end);
            context.At(input.Position);
        }

        if (array && !context.Enough)
        {
            throw new SourceException("the array is not closed: the file ends without ]", "write or download it again", window.Line, window.Column);
        }

        if (!context.Enough && Next(window) is not null)
        {
            throw new SourceException("something follows the end of the array", "keep one array in the file, or write one object a line to a .jsonl file", window.Line, window.Column);
        }
    }

    // What stands between two elements of the array; afterwards the window is at an element.
    private static bool Between(ByteWindow window, byte character, bool first)
    {
        if (character == ']')
        {
            window.Take(1);
            return true;
        }

        if (first)
        {
            return false;
        }

        if (character != ',')
        {
            throw new SourceException("there is no comma between two elements of the array", "write or download the file again", window.Line, window.Column);
        }

        window.Take(1);
        if (Next(window) is null or (byte)']' or (byte)',')
        {
            throw new SourceException("there is no element after this comma", "remove the comma", window.Line, window.Column);
        }

        return false;
    }

    // The first byte that is no white space.
    private static byte? Next(ByteWindow window)
    {
        while (true)
        {
            var at = window.Rest.Span.IndexOfAnyExcept(" \t\r\n"u8);
            window.Take(at < 0 ? window.Rest.Length : at);
            if (at >= 0)
            {
                return window.Rest.Span[0];
            }

            if (!window.More())
            {
                return null;
            }
        }
    }

    // Brackets and quotes alone tell where a value ends; whether it is right is for its reader to say. At least one byte.
    private static int EndOfValue(ByteWindow window)
    {
        var depth = 0;
        var quoted = false;
        var escaped = false;
        for (var at = 0; ;)
        {
            foreach (var value in window.Rest.Span[at..])
            {
                at++;
                if (quoted)
                {
                    quoted = escaped || value != '"';
                    escaped = !escaped && value == '\\';
                    if (!quoted && depth == 0)
                    {
                        return at;
                    }
                }
                else if (value == '"')
                {
                    quoted = true;
                }
                else if (value is (byte)'{' or (byte)'[')
                {
                    depth++;
                }
                else if (depth > 0 && value is ((byte)'}' or (byte)']'))
                {
                    if (--depth == 0)
                    {
                        return at;
                    }
                }
                else if (depth == 0 && value is ((byte)'}' or (byte)']' or (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    return Math.Max(at - 1, 1);
                }
            }

            if (!window.More())
            {
                return at;
            }
        }
    }
}
