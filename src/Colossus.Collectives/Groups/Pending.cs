namespace Colossus.Collectives;

/// <summary>
/// A collective that this rank has started. It is done when this rank's result is there and every member has finished reading this rank's region for it, so that the source may be overwritten.
/// The default value is nothing, and done. Belongs to the thread that started it.
/// </summary>
public readonly struct Pending
{
    private readonly Group? group;
    private readonly long sequence;

    internal Pending(Group group, long sequence)
    {
        this.group = group;
        this.sequence = sequence;
    }

    /// <summary>Whether this rank's result is there; the members may still read this rank's region. Does this rank's part first if all members have arrived.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public bool IsResultReady => group is null || group.HasResult(sequence);

    /// <summary>Whether it is done. Does this rank's part first if all members have arrived.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public bool IsDone => group is null || group.IsDone(sequence);

    /// <summary>Waits until this rank's result is there.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a member died.</exception>
    public void WaitForResult() => group?.WaitForResult(sequence);

    /// <summary>Waits until it is done.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a member died.</exception>
    public void Wait() => group?.Wait(sequence);
}
