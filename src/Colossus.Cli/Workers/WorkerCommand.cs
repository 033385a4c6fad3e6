using System.Runtime.InteropServices;

namespace Colossus.Cli.Workers;

/// <summary>How the executable of a rank is started.</summary>
/// <param name="Program">File that is executed.</param>
/// <param name="Arguments">Arguments that come before the worker's own.</param>
internal sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments)
{
    private const string File = "Colossus.Worker.dll";

    /// <summary>Finds it: <c>COLOSSUS_WORKER</c>, then <c>worker/</c> beside this program, then the build's own output.</summary>
    /// <exception cref="CliException">It is nowhere; exit code 3.</exception>
    public static WorkerCommand Find(CliHost host)
    {
        if (host.Variable("COLOSSUS_WORKER") is { } named)
        {
            var path = Path.GetFullPath(named, host.WorkingFolder);
            return System.IO.File.Exists(path) ? Of(path) : throw CliException.Lacks($"COLOSSUS_WORKER names {path}, which does not exist");
        }

        string[] places =
        [
            Path.Combine(AppContext.BaseDirectory, "worker", File),
            Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Colossus.Worker", "release", File)),
        ];
        return places.FirstOrDefault(System.IO.File.Exists) is { } found
            ? Of(found)
            : throw CliException.Lacks($"the worker program is missing: neither {string.Join(" nor ", places)} exists; build it with: dotnet build src/Colossus.Worker -c Release");
    }

    /// <summary>The file that holds its code.</summary>
    public string Location => Arguments.Count > 0 ? Arguments[^1] : Program;

    private static WorkerCommand Of(string path) =>
        path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? new WorkerCommand(Dotnet(), [path]) : new WorkerCommand(path, []);

    private static string Dotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(Environment.ProcessPath) == name)
        {
            return Environment.ProcessPath!;
        }

        // <root>/shared/Microsoft.NETCore.App/10.0.x/ is where the runtime of this process lies.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return System.IO.File.Exists(beside) ? beside : name;
    }
}
