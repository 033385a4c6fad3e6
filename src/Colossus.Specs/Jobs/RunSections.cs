using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>parallel</c>, <c>checkpoint</c> and <c>resilience</c>.</summary>
internal static class RunSections
{
    private const int mostOfAnAxis = 10_000_000;

    public static ParallelSpec ReadParallel(YamlSection section)
    {
        int virtualStages = section.Whole("virtualStages", 1, most: mostOfAnAxis);
        var parallel = new ParallelSpec(
            section.Whole("data", 1, most: mostOfAnAxis),
            section.Whole("tensor", 1, most: mostOfAnAxis),
            section.Whole("pipeline", 1, most: mostOfAnAxis),
            virtualStages,
            section.Whole("context", 1, most: mostOfAnAxis),
            section.Whole("expert", 1, most: mostOfAnAxis),
            section.Whole("zero", 1, least: 0, most: 3),
            section.Flag("sequenceParallel", true),
            section.Choice("recompute", Recompute.None),
            section.Choice("schedule", virtualStages > 1 ? PipelineSchedule.Interleaved : PipelineSchedule.OneForwardOneBackward));
        section.End();
        return parallel;
    }

    public static CheckpointSpec ReadCheckpoint(YamlSection section)
    {
        var standard = new CheckpointSpec();
        bool auto = section.IsWord("every", "auto");
        var checkpoint = new CheckpointSpec(auto ? standard.Every : section.Whole("every", standard.Every, least: 0), section.Whole("keep", standard.Keep), auto);
        section.End();
        return checkpoint;
    }

    public static ResilienceSpec ReadResilience(YamlSection section)
    {
        var standard = new ResilienceSpec(TimeSpan.FromSeconds(0.5));
        var resilience = new ResilienceSpec(
            section.Duration("heartbeat", standard.Heartbeat, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            section.Whole("spares", standard.Spares, least: 0, most: 100_000),
            section.Whole("maxRestarts", standard.MaxRestarts, least: 0),
            section.Whole("snapshotEvery", standard.SnapshotEvery));
        section.End();
        return resilience;
    }
}
