using Colossus.Cli.Workers;

namespace Colossus.Cli.Machine;

/// <summary>A measurement of this machine, kept until the machine or the worker changes.</summary>
/// <param name="Processor">Name of the processor.</param>
/// <param name="Cores">Logical processors at the time.</param>
/// <param name="Worker">Size and time of the worker's file.</param>
/// <param name="Probe">What was measured.</param>
internal sealed record PeakRecord(string Processor, int Cores, string Worker, WorkerProbe Probe);
