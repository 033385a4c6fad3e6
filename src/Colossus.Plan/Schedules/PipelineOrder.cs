using Colossus.Specs.Jobs;

namespace Colossus.Plan.Schedules;

/// <summary>The pipeline schedules: for each stage, the order of its actions.</summary>
public static class PipelineOrder
{
    /// <summary>The number of actions of one stage.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="virtualStages">Chunks a stage.</param>
    /// <param name="microBatches">Micro-batches a step.</param>
    public static int ActionCount(PipelineSchedule schedule, int virtualStages, int microBatches) =>
        microBatches * virtualStages * (schedule == PipelineSchedule.ZeroBubble ? 3 : 2);

    /// <summary>The actions of one stage in their order.</summary>
    /// <param name="schedule">The schedule; only <see cref="PipelineSchedule.Interleaved"/> has more than one chunk a stage.</param>
    /// <param name="stage">Index of the stage.</param>
    /// <param name="stages">Stages.</param>
    /// <param name="virtualStages">Chunks a stage.</param>
    /// <param name="microBatches">Micro-batches a step.</param>
    public static PipelineAction[] OfStage(PipelineSchedule schedule, int stage, int stages, int virtualStages, int microBatches)
    {
        var actions = new PipelineAction[ActionCount(schedule, virtualStages, microBatches)];
        Write(schedule, stage, stages, virtualStages, microBatches, actions);
        return actions;
    }

    /// <summary>Writes what <see cref="OfStage"/> returns into memory of the caller.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="stage">Index of the stage.</param>
    /// <param name="stages">Stages.</param>
    /// <param name="virtualStages">Chunks a stage.</param>
    /// <param name="microBatches">Micro-batches a step.</param>
    /// <param name="actions">At least <see cref="ActionCount"/> long.</param>
    public static void Write(PipelineSchedule schedule, int stage, int stages, int virtualStages, int microBatches, Span<PipelineAction> actions)
    {
        if (virtualStages > 1 && schedule != PipelineSchedule.Interleaved)
        {
            throw new ArgumentException("only the interleaved schedule has several chunks a stage", nameof(virtualStages));
        }

        switch (schedule)
        {
            case PipelineSchedule.GPipe:
                WriteAlternating(stage, microBatches, warmup: microBatches, actions);
                break;
            case PipelineSchedule.OneForwardOneBackward:
                WriteAlternating(stage, microBatches, Math.Min(microBatches, stages - stage - 1), actions);
                break;
            case PipelineSchedule.Interleaved:
                WriteInterleaved(stage, stages, virtualStages, microBatches, actions);
                break;
            default:
                WriteZeroBubble(stage, stages, microBatches, actions);
                break;
        }
    }

    /// <summary>Forward passes that a stage does before its first backward pass can follow one forward pass for each.</summary>
    /// <param name="stage">Index of the stage.</param>
    /// <param name="stages">Stages.</param>
    /// <param name="virtualStages">Chunks a stage.</param>
    /// <param name="microBatches">Micro-batches a step.</param>
    public static int InterleavedWarmup(int stage, int stages, int virtualStages, int microBatches) =>
        Math.Min(microBatches * virtualStages, ((stages - stage - 1) * 2) + ((virtualStages - 1) * FirstRound(stages, microBatches)));

    // Micro-batches of the first round; all later rounds have as many as there are stages.
    private static int FirstRound(int stages, int microBatches) => microBatches <= stages ? microBatches : stages + (microBatches % stages);

    private static void WriteAlternating(int stage, int microBatches, int warmup, Span<PipelineAction> actions)
    {
        int at = 0;
        for (int i = 0; i < warmup; i++)
        {
            actions[at++] = new PipelineAction(PassKind.Forward, stage, i);
        }

        for (int i = warmup; i < microBatches; i++)
        {
            actions[at++] = new PipelineAction(PassKind.Forward, stage, i);
            actions[at++] = new PipelineAction(PassKind.Backward, stage, i - warmup);
        }

        for (int i = microBatches - warmup; i < microBatches; i++)
        {
            actions[at++] = new PipelineAction(PassKind.Backward, stage, i);
        }
    }

    // arXiv 2104.04473, section 2.2: a stage works through its chunks in rounds of as many micro-batches as there are stages.
    // Where these do not divide, the first round takes what is left over as well; a short last round would make the stages wait for each other for ever.
    private static void WriteInterleaved(int stage, int stages, int virtualStages, int microBatches, Span<PipelineAction> actions)
    {
        int passes = microBatches * virtualStages;
        int first = FirstRound(stages, microBatches);
        int warmup = InterleavedWarmup(stage, stages, virtualStages, microBatches);
        int at = 0;
        for (int i = 0; i < warmup; i++)
        {
            actions[at++] = Pass(PassKind.Forward, i);
        }

        for (int i = warmup; i < passes; i++)
        {
            actions[at++] = Pass(PassKind.Forward, i);
            actions[at++] = Pass(PassKind.Backward, i - warmup);
        }

        for (int i = passes - warmup; i < passes; i++)
        {
            actions[at++] = Pass(PassKind.Backward, i);
        }

        PipelineAction Pass(PassKind kind, int index)
        {
            int inFirst = first * virtualStages;
            int width = index < inFirst ? first : stages;
            int round = index < inFirst ? 0 : (index - inFirst) / (stages * virtualStages);
            int inRound = index < inFirst ? index : (index - inFirst) % (stages * virtualStages);
            int microBatch = (index < inFirst ? 0 : first + (round * stages)) + (inRound % width);
            int chunkOfStage = inRound / width;
            if (kind == PassKind.Backward)
            {
                chunkOfStage = virtualStages - 1 - chunkOfStage;
            }

            return new PipelineAction(kind, (chunkOfStage * stages) + stage, microBatch);
        }
    }

    // arXiv 2401.10241, schedule ZB-H1: the order of 1F1B, with the weight gradients put off so that they fill the wait at the end.
    // A stage puts off as many as it lies behind the first one, which keeps the memory of 1F1B.
    private static void WriteZeroBubble(int stage, int stages, int microBatches, Span<PipelineAction> actions)
    {
        int warmup = Math.Min(microBatches, stages - stage - 1);
        int putOff = Math.Min(microBatches, stage);
        int at = 0;
        int weight = 0;
        for (int i = 0; i < warmup; i++)
        {
            actions[at++] = new PipelineAction(PassKind.Forward, stage, i);
        }

        for (int i = 0; i < microBatches; i++)
        {
            if (warmup + i < microBatches)
            {
                actions[at++] = new PipelineAction(PassKind.Forward, stage, warmup + i);
            }

            actions[at++] = new PipelineAction(PassKind.Backward, stage, i);
            if (i >= putOff)
            {
                actions[at++] = new PipelineAction(PassKind.WeightGradient, stage, weight++);
            }
        }

        while (weight < microBatches)
        {
            actions[at++] = new PipelineAction(PassKind.WeightGradient, stage, weight++);
        }
    }
}
