using System.Text.RegularExpressions;
using Colossus.Cli.Terminal;
using Colossus.Cli.Train;

namespace Colossus.Cli.Tests;

/// <summary>A command line run in this process, in a folder of its own, with everything it writes caught.</summary>
internal sealed partial class TestHost : IDisposable
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private readonly MemoryStream raw = new();
    private readonly Dictionary<string, string?> variables = [];

    public TestHost()
    {
        Folder = Directory.CreateTempSubdirectory("colossus-cli-").FullName;
        variables["XDG_CACHE_HOME"] = Path.Combine(Folder, "cache");
        Host = new CliHost
        {
            Out = output,
            Shown = new PrintableWriter(output, Printable.Unicode),
            Raw = raw,
            Error = new PrintableWriter(error, Printable.Unicode),
            Console = CliHost.ConsoleOn(output, terminal: false, _ => null),
            ErrorConsole = CliHost.ConsoleOn(error, terminal: false, _ => null),
            OutIsTerminal = false,
            Variable = name => variables.TryGetValue(name, out var value) ? value : null,
            WorkingFolder = Folder,
            Train = new TrainServices(Train, Train, Train),
        };
    }

    public CliHost Host { get; }

    public string Folder { get; }

    /// <summary>The other projects, played.</summary>
    public FakeTraining Train { get; } = new();

    /// <summary>What was written to standard output, without the spaces that pad tables.</summary>
    public string Out => Padding().Replace(output.ToString(), "\n");

    /// <summary>What was written to standard output byte by byte.</summary>
    public byte[] Raw => raw.ToArray();

    /// <summary>What was written to standard error.</summary>
    public string Error => Padding().Replace(error.ToString(), "\n");

    public string? this[string variable]
    {
        get => variables.GetValueOrDefault(variable);
        set => variables[variable] = value;
    }

    /// <summary>Runs one command line.</summary>
    public Task<int> Run(params string[] args) => CommandLine.RunAsync(args, Host, TestContext.Current.CancellationToken);

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A stand-in for the worker program: a shell script.</summary>
    public string Worker(string script)
    {
        var path = Write("worker", "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        this["COLOSSUS_WORKER"] = path;
        return path;
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [GeneratedRegex(@" *\r?\n")]
    private static partial Regex Padding();
}
