using System.Runtime.InteropServices;

namespace Colossus.Cli;

/// <summary>Our own bug, or a failure of the system that nobody foresaw: a sentence for the person, the details in a file.</summary>
internal static class CrashReport
{
    /// <summary>Writes the details into the cache folder.</summary>
    /// <returns>What to tell the person.</returns>
    public static string Write(Exception error, string[] args, CliHost host)
    {
        var text = $"""
            colossus {typeof(CrashReport).Assembly.GetName().Version} on {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}
            command: colossus {string.Join(' ', args)}
            time: {host.Time.GetUtcNow():O}

            {error}

            """;
        try
        {
            var folder = host.Cache.Folder ?? throw new IOException("no folder for cached files");
            var file = Path.Combine(folder, "crashes", $"{host.Time.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return $"{Sentence(error)}. This is a fault of Colossus; the details are in {file}";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return $"{Sentence(error)}. This is a fault of Colossus ({error.GetType().Name} in {error.TargetSite?.DeclaringType?.Name}.{error.TargetSite?.Name})";
        }
    }

    private static string Sentence(Exception error) => error.Message.Split('\n')[0].TrimEnd('.', '\r', ' ');
}
