namespace Colossus.Processes.Tests;

/// <summary>A machine with the processes that a test names.</summary>
internal sealed class FakeTable : IProcessTable
{
    public string Host { get; init; } = "here";

    public string Boot { get; init; } = "first-boot";

    public long PidNamespace { get; init; } = 1;

    public Dictionary<int, long> Starts { get; } = [];

    public long? StartOf(int pid) => Starts.TryGetValue(pid, out var start) ? start : null;
}
