using System.Text.Json.Serialization;
using Colossus.Processes;

namespace Colossus.Runs;

/// <summary>Who supervises the run: the content of <c>supervisor.json</c>.</summary>
/// <param name="Pid">Process id, as its own PID namespace counts; 0 when not known.</param>
/// <param name="Host">Name of its machine or container.</param>
/// <param name="Started">When it took up the run, in UTC.</param>
/// <param name="StartTicks">As <see cref="ProcessIdentity.StartTicks"/>.</param>
/// <param name="Boot">As <see cref="ProcessIdentity.Boot"/>.</param>
/// <param name="PidNamespace">As <see cref="ProcessIdentity.PidNamespace"/>.</param>
public sealed record SupervisorRecord(int Pid, string Host, DateTimeOffset Started, long StartTicks = 0, string Boot = "", long PidNamespace = 0)
{
    /// <summary>Somebody who has not written its name yet.</summary>
    public static SupervisorRecord Unknown { get; } = new(0, "", default);

    /// <summary>The process itself.</summary>
    [JsonIgnore]
    public ProcessIdentity Process => new(Pid, StartTicks, Boot, PidNamespace, Host);

    /// <summary>The record of a process.</summary>
    /// <param name="process">The process.</param>
    /// <param name="started">When it took up the run, in UTC.</param>
    public static SupervisorRecord Of(ProcessIdentity process, DateTimeOffset started) =>
        new(process.Pid, process.Host, started, process.StartTicks, process.Boot, process.PidNamespace);

    /// <summary>Which process it is, and where, for the person at the terminal.</summary>
    /// <param name="here">Where that person is; null for this machine.</param>
    public string Place(IProcessTable? here = null)
    {
        here ??= ProcessTable.OfThisMachine;
        return Pid == 0 ? "another process"
            : Process.Standing(here) != ProcessStanding.OutOfSight ? $"process {Pid}"
            : Boot == here.Boot ? $"process {Pid} of another container (host name {Host}, PID namespace {PidNamespace})"
            : $"process {Pid} on {Host}";
    }
}
