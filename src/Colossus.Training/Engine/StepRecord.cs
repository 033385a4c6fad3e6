using System.Runtime.InteropServices;

namespace Colossus.Training.Engine;

/// <summary>What all ranks agree on at the end of a step; lies in shared memory, one for each parity of the step.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StepRecord
{
    /// <summary>The step, from 1; 0 before the first.</summary>
    public long Step;

    /// <summary>Updates of the optimizer so far: steps less skipped ones.</summary>
    public long Updates;

    /// <summary>Skipped steps in a row, this one included.</summary>
    public long SkippedInRow;

    /// <summary>Whether rank 0 was asked to stop before this step ended: all stop after it.</summary>
    public long Stop;

    /// <summary>Whether the state of this step is written to disk: rank 0 decides, all take part.</summary>
    public long Save;

    /// <summary>Step of the newest checkpoint on disk when this step ended; 0 without one.</summary>
    public long SavedStep;

    /// <summary>The last step whose evaluation is done and told.</summary>
    public long EvaluatedStep;

    /// <summary>Mean cross-entropy of the global batch, nats a token.</summary>
    public double Loss;

    /// <summary>Norm of the whole gradient before clipping.</summary>
    public double GradientNorm;

    /// <summary>Tokens that all tokens of the global batch see together, themselves included; 0 where attention does not stay within documents.</summary>
    public long Visible;
}
