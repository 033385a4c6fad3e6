namespace Colossus.Collectives;

/// <summary>The groups in which this rank has started collectives and not yet done its part.</summary>
internal sealed class Progress
{
    private readonly List<Group> groups = [];

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
                group.GoOn();
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
