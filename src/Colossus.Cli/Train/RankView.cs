namespace Colossus.Cli.Train;

/// <summary>One rank as shown to people.</summary>
/// <param name="Rank">The rank; -1 for a spare process.</param>
/// <param name="Pid">Its process; 0 when there is none.</param>
/// <param name="State">What it is doing, in a word or two.</param>
internal sealed record RankView(int Rank, int Pid, string State);
