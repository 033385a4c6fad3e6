using Colossus.Protocol;

namespace Colossus.Launch.Local;

/// <summary>What the loop hears: a report or the end of a process, or a request to stop.</summary>
/// <param name="From">The process; null for a request.</param>
/// <param name="Report">What it reports; null otherwise.</param>
/// <param name="End">How it ended; null otherwise.</param>
/// <param name="Immediate">For a request: whether to stop at once.</param>
internal sealed record LaunchMessage(SlotProcess? From, RankReport? Report, string? End, bool Immediate);
