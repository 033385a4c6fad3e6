namespace Colossus.Runs;

/// <summary>Who supervises the run: the content of <c>supervisor.json</c>.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Host">Name of its machine.</param>
/// <param name="Started">When it took up the run, in UTC.</param>
public sealed record SupervisorRecord(int Pid, string Host, DateTimeOffset Started);
