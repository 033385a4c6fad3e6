using System.Diagnostics;

namespace Colossus.Collectives;

/// <summary>The groups in which this rank has started collectives and not yet done its part.</summary>
internal sealed class Progress
{
    private readonly List<Group> groups = [];

    /// <summary>Ticks that this rank has spent on its parts of collectives.</summary>
    public long WorkedTicks { get; private set; }

    /// <summary>Whether a collective can go on.</summary>
    public bool CanGoOn
    {
        get
        {
            foreach (Group group in groups)
            {
                if (group.CanGoOn)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A group has started its first collective.</summary>
    public void Add(Group group) => groups.Add(group);

    /// <summary>Does this rank's part of every collective for which all members have arrived.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Make()
    {
        bool any = false;
        for (int index = groups.Count - 1; index >= 0; index--)
        {
            Group group = groups[index];
            while (group.CanGoOn)
            {
                long start = Stopwatch.GetTimestamp();
                group.GoOn();
                long worked = Stopwatch.GetTimestamp() - start;
                group.WorkedTicks += worked;
                WorkedTicks += worked;
                any = true;
            }

            if (group.IsIdle)
            {
                groups.RemoveAt(index);
            }
        }

        return any;
    }
}
