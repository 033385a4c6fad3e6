namespace Colossus.Training.Backends;

/// <summary>Where a range of the state lies.</summary>
/// <param name="Master">fp32 weights.</param>
/// <param name="First">Running mean of gradients.</param>
/// <param name="Second">Running mean of their squares.</param>
internal readonly record struct StateAddress(nint Master, nint First, nint Second);
