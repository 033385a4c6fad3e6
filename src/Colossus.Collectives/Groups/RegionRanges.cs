namespace Colossus.Collectives;

/// <summary>Whether what a collective moves lies within the members' regions, and how much it is.</summary>
internal static class RegionRanges
{
    /// <summary>Elements of all parts together.</summary>
    /// <param name="parts">One a member.</param>
    /// <param name="members">Members.</param>
    /// <param name="offset">Where the buffer begins, bytes.</param>
    /// <param name="room">Bytes from there on that every region has.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    public static long Sum(IReadOnlyList<ElementRange> parts, int members, long offset, long room, int elementBytes)
    {
        if (parts.Count != members)
        {
            throw new ArgumentException($"{parts.Count} parts for {members} members; one a member is needed.", nameof(parts));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        foreach (ElementRange part in parts)
        {
            Require(part.Start >= 0 && part.Count >= 0 && part.Start <= (room / elementBytes) - part.Count, nameof(parts), part, offset, room / elementBytes);
        }

        return parts.Sum(part => part.Count);
    }

    /// <summary>Elements of all pieces together, and of one member's.</summary>
    /// <param name="pieces">Those of each member.</param>
    /// <param name="members">Members.</param>
    /// <param name="own">Place of the one member.</param>
    /// <param name="offset">Where the buffer that is read begins, bytes.</param>
    /// <param name="room">Bytes from there on that every region has.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    public static (long All, long Own) Sum(IReadOnlyList<IReadOnlyList<Piece>> pieces, int members, int own, long offset, long room, int elementBytes)
    {
        if (pieces.Count != members)
        {
            throw new ArgumentException($"Pieces of {pieces.Count} members for {members}; those of each are needed.", nameof(pieces));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        long all = 0;
        foreach (Piece piece in pieces.SelectMany(ofMember => ofMember))
        {
            Require(piece.From >= 0 && piece.To >= 0 && piece.Count >= 0 && piece.From <= (room / elementBytes) - piece.Count, nameof(pieces), piece, offset, room / elementBytes);
            all += piece.Count;
        }

        return (all, pieces[own].Sum(piece => piece.Count));
    }

    private static void Require(bool fits, string name, object found, long offset, long elements)
    {
        if (!fits)
        {
            throw new ArgumentOutOfRangeException(name, found, $"Does not lie within the members' regions, which hold {Math.Max(0, elements)} elements from byte {offset} on.");
        }
    }
}
