namespace Colossus.Data.Shards;

/// <summary>The end of one text, held out where whole documents do not do: there is one alone, or there are few of very different lengths.</summary>
/// <param name="Text">The text; every document that has it is cut.</param>
/// <param name="Start">Where the end begins, in characters.</param>
internal sealed record HeldOutEnd(string Text, int Start)
{
    /// <summary>Takes off the end of a text, from a line's start where one is near.</summary>
    /// <param name="text">The text.</param>
    /// <param name="share">How much of it, above 0; half of it at most is taken.</param>
    /// <returns>Null when the text is too short to be cut.</returns>
    public static HeldOutEnd? Of(string text, double share)
    {
        var wanted = (int)Math.Ceiling(text.Length * Math.Min(share, 0.5));
        var start = text.Length - wanted;
        if (start <= 0)
        {
            return null;
        }

        var line = text.LastIndexOf('\n', start - 1, Math.Min(start, wanted)) + 1;
        start = line > 0 ? line : char.IsLowSurrogate(text[start]) ? start - 1 : start;
        return start > 0 && !string.IsNullOrWhiteSpace(text[start..]) && !string.IsNullOrWhiteSpace(text[..start]) ? new HeldOutEnd(text, start) : null;
    }
}
