using System.Diagnostics;
using System.Text;
using Colossus.Protocol;

namespace Colossus.Launch.Local;

/// <summary>One started process: orders go in, reports and its end come out.</summary>
internal sealed class SlotProcess
{
    private const int LongestNote = 200;
    private static readonly TimeSpan DrainWithin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly Stream log;
    private readonly Action<SlotProcess, RankReport?, string?> tell;
    private readonly Thread reader;
    private readonly Thread errors;
    private string lastError = "";

    private SlotProcess(Process process, Stream log, Action<SlotProcess, RankReport?, string?> tell)
    {
        this.process = process;
        this.log = log;
        this.tell = tell;
        Pid = process.Id;
        reader = Begin(ReadReports, "reports");
        errors = Begin(ReadErrors, "errors");
        Begin(AwaitEnd, "end");
    }

    public int Pid { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="start">The program; its standard streams are set here.</param>
    /// <param name="logFile">Where its standard error is appended.</param>
    /// <param name="tell">Called with each report, and with a description at its end, on any thread.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static SlotProcess Start(ProcessStartInfo start, string logFile, Action<SlotProcess, RankReport?, string?> tell)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return new SlotProcess(Process.Start(start)!, OpenLog(logFile), tell);
    }

    /// <summary>Sends an order; a process that is gone does not hear it.</summary>
    public void Send(RankOrder order)
    {
        try
        {
            var pipe = process.StandardInput.BaseStream;
            pipe.Write([.. ProtocolJson.Line(order), (byte)'\n']);
            pipe.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its end is reported on its own.
        }
    }

    /// <summary>Sends SIGKILL.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }
    }

    private static Stream OpenLog(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Stream.Null;
        }
    }

    private static Thread Begin(ThreadStart work, string name)
    {
        var thread = new Thread(work) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void ReadReports()
    {
        Read(process.StandardOutput.BaseStream, line =>
        {
            if (ProtocolJson.Report(line) is { } report)
            {
                tell(this, report, null);
            }
            else
            {
                Log(line);
            }
        });

        // Who has closed its line cannot be led any more.
        if (!process.WaitForExit(EndWithin))
        {
            Kill();
        }
    }

    private void ReadErrors() => Read(process.StandardError.BaseStream, line =>
    {
        Log(line);
        if (!string.IsNullOrWhiteSpace(line))
        {
            lastError = line.Trim();
        }
    });

    private static void Read(Stream stream, Action<string> take)
    {
        try
        {
            foreach (var line in BoundedLines.Of(stream))
            {
                take(line);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The same as the end.
        }
    }

    private void Log(string line)
    {
        try
        {
            lock (log)
            {
                log.Write(Encoding.UTF8.GetBytes(line + '\n'));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // A full disk does not end the run.
        }
    }

    private void AwaitEnd()
    {
        process.WaitForExit();

        // What it said before comes first; a grandchild that holds the pipe open is not waited for.
        reader.Join(DrainWithin);
        errors.Join(DrainWithin);
        var code = process.ExitCode;
        var note = lastError.Length == 0 ? "" : ": " + (lastError.Length > LongestNote ? lastError[..LongestNote] : lastError);
        tell(this, null, code > 128 ? $"was killed by signal {code - 128}" : $"exited with code {code}{note}");
        log.Dispose();
    }
}
