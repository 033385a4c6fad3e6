namespace Colossus.Processes;

/// <summary>The processes that can be seen from somewhere.</summary>
public interface IProcessTable
{
    /// <summary>Name of the machine, or of the container that poses as one.</summary>
    string Host { get; }

    /// <summary>The kernel's random name for this start of the machine; empty where it is not known. Containers of one machine share it.</summary>
    string Boot { get; }

    /// <summary>The PID namespace whose numbers the table holds: the inode of <c>/proc/PID/ns/pid</c>; 0 where it is not known.</summary>
    long PidNamespace { get; }

    /// <summary>When a process started, in clock ticks since boot; null when there is none of that number, or only its remains that wait for the parent.</summary>
    /// <param name="pid">Number of the process.</param>
    long? StartOf(int pid);
}
