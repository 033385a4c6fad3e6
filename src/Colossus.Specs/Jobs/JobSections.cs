using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>The sections of a job file; <see cref="JobRules"/> reports at their keys.</summary>
internal sealed class JobSections(YamlSection top)
{
    public DataSectionReader Data { get; } = new(top.Section("data"));

    public ModelSectionReader Model { get; } = new(top.Section("model"));

    public TrainSectionReader Train { get; } = new(top.Section("train"));

    public YamlSection Parallel { get; } = top.Section("parallel");

    public YamlSection Workload { get; } = top.Section("workload");

    public ParallelSpec ReadParallel()
    {
        var parallel = new ParallelSpec(
            Parallel.Whole("data", 1),
            Parallel.Whole("tensor", 1),
            Parallel.Whole("pipeline", 1),
            Parallel.Whole("virtualStages", 1),
            Parallel.Whole("context", 1),
            Parallel.Whole("expert", 1),
            Parallel.Whole("zero", 1, least: 0, most: 3),
            Parallel.Flag("sequenceParallel", true),
            Parallel.Choice("recompute", Recompute.None, ("none", Recompute.None), ("selective", Recompute.Selective), ("full", Recompute.Full)),
            Parallel.Choice(
                "schedule",
                PipelineSchedule.OneForwardOneBackward,
                ("1f1b", PipelineSchedule.OneForwardOneBackward),
                ("gpipe", PipelineSchedule.GPipe),
                ("interleaved", PipelineSchedule.Interleaved),
                ("zero-bubble", PipelineSchedule.ZeroBubble)));
        Parallel.End();
        return parallel;
    }

    public CheckpointSpec ReadCheckpoint()
    {
        var section = top.Section("checkpoint");

        // "auto" needs a failure rate, which only a site has; on one machine it is the default.
        var standard = new CheckpointSpec();
        bool auto = section.Has("every") && section.Text("every") == "auto";
        var checkpoint = new CheckpointSpec(auto ? standard.Every : section.Whole("every", standard.Every, least: 0), section.Whole("keep", standard.Keep));
        section.End();
        return checkpoint;
    }

    public ResilienceSpec ReadResilience()
    {
        var section = top.Section("resilience");
        var resilience = new ResilienceSpec(
            section.Duration("heartbeat", TimeSpan.FromSeconds(0.5), TimeSpan.FromMilliseconds(10)),
            section.Whole("spares", 1, least: 0, most: 256),
            section.Whole("maxRestarts", 100, least: 0),
            section.Whole("snapshotEvery", 1, most: 1));
        section.End();
        return resilience;
    }

    public WorkloadSpec? ReadWorkload()
    {
        var command = Workload.Texts("command");
        Workload.End();
        return command is null ? null : new WorkloadSpec(command);
    }
}
