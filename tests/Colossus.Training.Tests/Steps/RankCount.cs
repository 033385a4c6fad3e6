using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Ranks;
using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Steps;

/// <summary>What one rank did in a step, as it was counted while it did it.</summary>
/// <param name="Flops">Multiplications and additions.</param>
/// <param name="Traffic">What the world moved for it.</param>
/// <param name="ActivationBytes">Memory that its backend gave.</param>
/// <param name="UsedActivationBytes">That part of it that operations used, those of an evaluation too.</param>
/// <param name="OwnBytes">Memory of its own beside region and activations.</param>
/// <param name="RegionBytes">Its region.</param>
internal sealed record RankCount(double Flops, IReadOnlyList<StepTraffic> Traffic, long ActivationBytes, long UsedActivationBytes, long OwnBytes, long RegionBytes)
{
    /// <summary>What the world has moved for a rank until now, in the order of axes.</summary>
    public static IReadOnlyList<StepTraffic> TrafficUntilNow(RankRegion region)
    {
        World world = region.World;
        var messages = default(Traffic);
        for (int index = 0; index < world.Shape.Mailboxes.Count; index++)
        {
            MailboxShape box = world.Shape.Mailboxes[index];
            if (box.From == world.Rank || box.To == world.Rank)
            {
                messages += world.Mailbox(index).Traffic;
            }
        }

        var entries = new List<StepTraffic>();
        bool hasExperts = region.Program.Table.Buckets.Any(bucket => bucket.HoldsExperts);
        foreach (GroupAxis axis in Enum.GetValues<GroupAxis>())
        {
            if (axis == GroupAxis.Pipeline)
            {
                entries.Add(Entry(axis, TrafficKind.Message, messages));
                continue;
            }

            if (axis is GroupAxis.Expert or GroupAxis.ExpertData && !hasExperts)
            {
                continue;
            }

            IEnumerable<Group> groups = axis == GroupAxis.Tensor
                ? region.Program.CopyGroups.Select(copies => region.Map.CopiesOf(region, copies)).Append(region.Map.GroupOf(region, axis)).Distinct()
                : [region.Map.GroupOf(region, axis)];
            entries.Add(Entry(axis, TrafficKind.ReduceScatter, groups.Aggregate(default(Traffic), (sum, group) => sum + group.ReduceScatterTraffic)));
            entries.Add(Entry(axis, TrafficKind.AllGather, groups.Aggregate(default(Traffic), (sum, group) => sum + group.AllGatherTraffic)));
            entries.Add(Entry(axis, TrafficKind.AllToAll, groups.Aggregate(default(Traffic), (sum, group) => sum + group.AllToAllTraffic)));
        }

        return entries;
    }

    /// <summary>What lies between two counts.</summary>
    public static IReadOnlyList<StepTraffic> Between(IReadOnlyList<StepTraffic> before, IReadOnlyList<StepTraffic> after) =>
        [.. after.Zip(before, (now, then) => now with { Calls = now.Calls - then.Calls, BytesSent = now.BytesSent - then.BytesSent, BytesReceived = now.BytesReceived - then.BytesReceived }).Where(entry => entry.Calls > 0)];

    private static StepTraffic Entry(GroupAxis axis, TrafficKind kind, Traffic traffic) => new(axis, kind, traffic.Calls, traffic.BytesSent, traffic.BytesReceived);
}
