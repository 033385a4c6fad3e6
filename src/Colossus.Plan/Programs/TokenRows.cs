namespace Colossus.Plan.Programs;

/// <summary>Which tokens of a micro-batch the rows of a value belong to.</summary>
/// <remarks>
/// Ranks that share each sequence take it in 2 · ranks equal pieces, rank r the pieces r and 2 · ranks - 1 - r: under a causal mask all of them then have the same work
/// (arXiv 2407.21783, section 3.3.2). A rank's rows are those of its sequences, one after the other.
/// </remarks>
/// <param name="Sequence">Tokens of a sequence.</param>
/// <param name="Sharers">Ranks that share each sequence; 1 or a number of which twice divides <paramref name="Sequence"/>.</param>
/// <param name="Place">This rank's place among them.</param>
/// <param name="First">Rows of the rank that lie before the first one here.</param>
public sealed record TokenRows(int Sequence, int Sharers = 1, int Place = 0, int First = 0)
{
    /// <summary>Rows of one sequence on this rank.</summary>
    public int OfSequence => Sequence / Sharers;

    /// <summary>The position of a row's token within its sequence.</summary>
    /// <param name="row">The row, from 0.</param>
    public int PositionOf(int row)
    {
        int within = (row + First) % OfSequence;
        if (Sharers == 1)
        {
            return within;
        }

        int piece = OfSequence / 2;
        return within < piece ? (Place * piece) + within : (((2 * Sharers) - 2 - Place) * piece) + within;
    }

    /// <summary>The places of tokens in a micro-batch whose sequences are whole.</summary>
    /// <param name="row">The row, from 0.</param>
    public int TokenOf(int row) => ((row + First) / OfSequence * Sequence) + PositionOf(row);

    /// <summary>The positions of so many rows.</summary>
    /// <param name="count">Rows from the first one on.</param>
    public int[] Positions(int count) => [.. Enumerable.Range(0, count).Select(PositionOf)];
}
