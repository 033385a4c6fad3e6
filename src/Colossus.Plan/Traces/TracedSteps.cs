namespace Colossus.Plan.Traces;

/// <summary>Which steps of a run are traced: enough to see a step, a start and a recovery, in files that stay small however long the run is.</summary>
public static class TracedSteps
{
    /// <summary>Steps at the beginning of each epoch that are traced.</summary>
    public const int First = 20;

    /// <summary>After them every step that this number divides.</summary>
    public const int Every = 100;

    /// <summary>Spans of one rank in one epoch after which no further step is traced; about 12 MB.</summary>
    public const int MostSpans = 100_000;

    /// <summary>Whether a step is traced.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="restored">The step whose state the epoch began with; 0 for none.</param>
    public static bool Includes(long step, long restored) => step - restored <= First || step % Every == 0;
}
