using Colossus.Cli.Figures;
using Colossus.Plan.Layouts;
using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>Events in words.</summary>
internal static class EventText
{
    /// <summary>One line for people; null for what is said elsewhere.</summary>
    /// <param name="runEvent">What happened.</param>
    /// <param name="axes">How the ranks lie.</param>
    public static string? Line(RunEvent runEvent, RankAxes axes) => runEvent switch
    {
        StartedEvent started => Started(started),
        PlannedEvent planned => Planned(planned),
        CorpusEvent { Replaced: { } replaced } corpus => $"the run goes on with other data: {corpus.Hash} instead of {replaced}",
        StepEvent { Skipped: true } step => $"step {step.Step} skipped: {step.Reason}",
        StepEvent step => Step(step, null, null),
        EvaluationEvent evaluation => $"step {evaluation.Step} held-out text: loss {evaluation.Loss:0.0000}, {evaluation.BitsPerByte:0.000} bits per byte",
        CheckpointEvent checkpoint =>
            $"step {checkpoint.Step} checkpoint: {Format.Bytes(checkpoint.Bytes)} in {Format.Duration(checkpoint.Seconds)}, training stood still for {Format.Duration(checkpoint.StallSeconds)}"
            + (checkpoint.MadeRoom is { Count: > 0 } older ? $"; the disk was full, {string.Join(", ", older)} made room" : ""),
        CheckpointFailedEvent failed => $"step {failed.Step} checkpoint could not be written: {failed.Error}",
        CheckpointPostponedEvent postponed => $"step {postponed.Step} checkpoint postponed, the older ones stay: {postponed.Reason}",
        FaultEvent fault => $"step {fault.Step} {(fault.Rank is { } rank ? $"rank {axes.Label(rank)}" : "a spare process")} lost ({fault.Reason})",
        RecoveredEvent recovered => $"step {recovered.Step} all ranks in place again after {Format.Duration(recovered.Seconds)}",
        NoteEvent note => note.Message,
        _ => null,
    };

    /// <summary>The line of a step.</summary>
    public static string Step(StepEvent step, long? steps, double? secondsLeft)
    {
        var width = steps is { } total ? total.ToString().Length : 1;
        var number = steps is null ? $"step {step.Step}" : $"step {step.Step.ToString().PadLeft(width)}/{steps}";
        var speed = step.FlopsPerSecond is { } flops
            ? $"  {Format.FlopsPerSecond(flops)}{(step.ModelFlopsUtilization is { } share ? $" ({Format.Percent(share)} of peak)" : "")}"
            : "";
        var left = secondsLeft is { } seconds and > 0 ? $"  {Format.Duration(seconds)} left" : "";
        return $"{number}  loss {step.Loss:0.0000}  {step.TokensPerSecond:0} tokens/s{speed}{left}";
    }

    private static string Started(StartedEvent started)
    {
        var parameters = started.Parameters is { } count ? $"{Format.Count(count)} parameters, " : "";
        var from = started.ResumedFrom is { } step ? $", from step {step}" : "";
        return $"{started.Name}: {parameters}{started.Ranks} {(started.Ranks == 1 ? "rank" : "ranks")}, {started.Steps} steps of {started.TokensPerStep} tokens{from} -> {RunFolder.Shown(started.Run)}";
    }

    private static string Planned(PlannedEvent planned)
    {
        (long Bytes, string To)[] all =
        [
            (planned.DataBytesSent, "to replicas"),
            (planned.TensorBytesSent, "to ranks that share its matrices"),
            (planned.ContextBytesSent, "to ranks that share its sequences"),
            (planned.ExpertBytesSent, "to ranks that share the experts"),
            (planned.PipelineBytesSent, "to other stages"),
        ];
        string[] sent = [.. all
            .Where(part => part.Bytes > 0).Select(part => $"sends {Format.Bytes(part.Bytes)} {part.To}, ")];
        return $"a rank at most: computes {Format.Flops(planned.Flops)} a step, {string.Concat(sent)}holds {Format.Bytes(planned.HeldBytes)} "
            + $"(state {Format.Bytes(planned.StateBytes)}, weights and gradients {Format.Bytes(planned.WeightBytes)}, activations {Format.Bytes(planned.ActivationBytes)}, exchange {Format.Bytes(planned.ExchangeBytes)})";
    }
}
