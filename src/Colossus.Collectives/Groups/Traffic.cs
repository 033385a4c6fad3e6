namespace Colossus.Collectives;

/// <summary>
/// What one kind of communication has moved since the rank joined. A byte counts once a rank that reads it: sent are those that others read from this rank,
/// received those that this rank reads from others. In even parts both are (n - 1) / n of the buffer, the convention of ring algorithms.
/// </summary>
/// <param name="Calls">How often it was started.</param>
/// <param name="BytesSent">Bytes that others read from this rank.</param>
/// <param name="BytesReceived">Bytes that this rank reads from others.</param>
public readonly record struct Traffic(long Calls, long BytesSent, long BytesReceived)
{
    /// <summary>Both together.</summary>
    public static Traffic operator +(Traffic left, Traffic right) =>
        new(left.Calls + right.Calls, left.BytesSent + right.BytesSent, left.BytesReceived + right.BytesReceived);
}
