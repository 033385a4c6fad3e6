using System.ComponentModel;

namespace Colossus.Cli;

/// <summary>Limits of the system that a program hits anywhere: open files, processes, memory. They are the environment's, not a fault of the program.</summary>
internal static class SystemLimit
{
    // Error numbers of Linux.
    private const int tryAgain = 11;
    private const int noMemory = 12;
    private const int systemFiles = 23;
    private const int processFiles = 24;

    /// <summary>What limit an exception speaks of, and what to raise; null if it speaks of none.</summary>
    public static string? Words(Exception error)
    {
        for (Exception? at = error; at is not null; at = at.InnerException)
        {
            int? number = at switch { Win32Exception native => native.NativeErrorCode, OutOfMemoryException => noMemory, IOException file => file.HResult, _ => null };
            string? words = number switch
            {
                processFiles => "no more files may be open in this process; raise the limit: 'ulimit -n 4096', nofile in /etc/security/limits.conf, or --ulimit nofile=4096 of a container",
                systemFiles => "no more files may be open on this machine; raise fs.file-max, or end programs that hold many",
                tryAgain when at is Win32Exception => "no more processes may be started; raise the limit: 'ulimit -u 4096', nproc in /etc/security/limits.conf, or --pids-limit of a container",
                noMemory => "no memory is left for this process; raise the limit ('ulimit -v', --memory of a container), free memory, or ask for less",
                _ => null,
            };
            if (words is not null)
            {
                return words;
            }
        }

        return null;
    }
}
