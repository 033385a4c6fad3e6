using CsCheck;

namespace Colossus.Testing;

/// <summary>Valid texts with a few damages each: letters changed, left out and put in, pieces doubled, moved from other texts and cut off.</summary>
internal static class Mutation
{
    /// <summary>Damaged texts.</summary>
    /// <param name="texts">Valid ones.</param>
    /// <param name="pieces">What a damage puts in: punctuation of the format, numbers at its limits.</param>
    public static Gen<string> Of(IReadOnlyList<string> texts, IReadOnlyList<string> pieces) =>
        from text in Gen.Int[0, texts.Count - 1].Select(index => texts[index])
        from damages in Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, pieces.Count - 1], Gen.Int[0, texts.Count - 1]).Array[1, 4]
        select damages.Aggregate(text, (now, damage) => Damaged(now, damage.Item1, damage.Item2, damage.Item3, pieces[damage.Item4], texts[damage.Item5]));

    private static string Damaged(string text, int kind, double first, double second, string piece, string other)
    {
        int at = (int)(first * text.Length);
        int end = Math.Min(text.Length, at + 1 + (int)(second * second * 40));
        int from = (int)(second * other.Length);
        return kind switch
        {
            0 => text[..at] + piece + text[at..],
            1 => text[..at] + piece + text[end..],
            2 => text[..at] + text[end..],
            3 => text[..end] + text[at..],
            _ => text[..at] + other[from..Math.Min(other.Length, from + 60)] + text[end..],
        };
    }
}
