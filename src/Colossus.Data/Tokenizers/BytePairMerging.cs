namespace Colossus.Data.Tokenizers;

/// <summary>
/// Merges the bytes of words into tokens: of all neighbours that are a token together, those with the least rank first, from the left. A queue finds them, so that a
/// word of n bytes takes n log n steps; Microsoft.ML.Tokenizers takes n², which is a minute for a line of 256 KiB without a space. Not safe for several threads.
/// </summary>
/// <param name="vocabulary">The ids of all tokens, which are their ranks; every single byte among them.</param>
internal sealed class BytePairMerging(BytePairVocabulary vocabulary)
{
    private readonly PriorityQueue<(int Start, int End), ulong> pairs = new();

    // Where the token that starts here ends; 0 where none starts any more. And where the one before it starts.
    private int[] ends = [];
    private int[] before = [];

    /// <summary>How many pairs have been looked at: what the time goes with.</summary>
    public long Looked { get; private set; }

    /// <summary>Adds the tokens of one word.</summary>
    public void Merge(ReadOnlySpan<byte> word, List<int> tokens)
    {
        if (vocabulary.TryGetId(word, out var whole))
        {
            tokens.Add(whole);
            return;
        }

        Begin(word);
        while (pairs.TryDequeue(out var pair, out _))
        {
            var (start, end) = pair;
            var middle = ends[start];
            if (middle == 0 || middle >= word.Length || ends[middle] != end)
            {
                continue; // One of the two has been merged with another since.
            }

            (ends[start], ends[middle]) = (end, 0);
            if (end < word.Length)
            {
                before[end] = start;
            }

            Offer(word, start);
            Offer(word, before[start]);
        }

        for (var start = 0; start < word.Length; start = ends[start])
        {
            tokens.Add(vocabulary.TryGetId(word[start..ends[start]], out var id) ? id : throw new InvalidOperationException("The vocabulary lacks a byte."));
        }
    }

    private void Begin(ReadOnlySpan<byte> word)
    {
        if (ends.Length < word.Length)
        {
            ends = new int[word.Length * 2];
            before = new int[word.Length * 2];
        }

        for (var i = 0; i < word.Length; i++)
        {
            (ends[i], before[i]) = (i + 1, i - 1);
        }

        for (var i = 0; i < word.Length; i++)
        {
            Offer(word, i);
        }
    }

    // Puts a token and the one after it into the queue, if they make a token.
    private void Offer(ReadOnlySpan<byte> word, int start)
    {
        Looked++;
        if (start >= 0 && ends[start] < word.Length && vocabulary.TryGetId(word[start..ends[ends[start]]], out var rank))
        {
            pairs.Enqueue((start, ends[ends[start]]), ((ulong)rank << 32) | (uint)start);
        }
    }
}
