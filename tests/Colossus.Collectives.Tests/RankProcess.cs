using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Colossus.Collectives.Tests;

/// <summary>A rank as a process of its own; killed at the latest when the test ends.</summary>
internal sealed class RankProcess : IDisposable
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    private static readonly string program = typeof(RankProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "TestRank").Value!;

    private readonly Process process;
    private readonly BlockingCollection<string> lines = [];

    public RankProcess(params IReadOnlyList<object> arguments)
        : this(new Dictionary<string, string>(), arguments)
    {
    }

    public RankProcess(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<object> arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(program);
        foreach (object argument in arguments)
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                lines.Add(text);
            }
        };
        process.BeginOutputReadLine();
    }

    public int Pid => process.Id;

    public string NextLine() => lines.TryTake(out string? line, limit) ? line : throw new TimeoutException($"Rank process {Pid} said nothing for 30 s.");

    /// <summary>Kills the process as the kernel does, without a last word, and reaps it.</summary>
    public void Kill()
    {
        process.Kill();
        Assert.True(process.WaitForExit(limit), "A killed process did not end within 30 s.");
    }

    public void Signal(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", Pid.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(kill.WaitForExit(limit), "kill did not end within 30 s.");
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until the kernel says that the process is in this state: T for stopped.</summary>
    public void AwaitState(char state)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!File.ReadAllText($"/proc/{Pid}/stat").Contains($") {state} ", StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < limit, $"Process {Pid} did not come into state {state} within 30 s.");
            Thread.Yield();
        }
    }

    public void End()
    {
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(limit), "A rank process did not end within 30 s.");
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        lines.Dispose();
    }
}
