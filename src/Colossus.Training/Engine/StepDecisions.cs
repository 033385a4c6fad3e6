namespace Colossus.Training.Engine;

/// <summary>What rank 0 decides for all.</summary>
/// <param name="Stop">Whether training ends after the step.</param>
/// <param name="Save">Whether the state of the step is written to disk.</param>
/// <param name="SavedStep">Step of the newest checkpoint on disk; 0 without one.</param>
internal readonly record struct StepDecisions(bool Stop, bool Save, long SavedStep);
