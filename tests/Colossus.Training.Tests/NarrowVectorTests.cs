using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Tests;

/// <summary>What a processor without AVX-512 computes, on one that has it: the kernels' tests once more in a process that may not use it.</summary>
public sealed class NarrowVectorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task All_tests_of_kernels_pass_without_AVX_512()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "this processor has no AVX-512, so the tests of kernels ran without it anyway");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(NarrowVectorTests).Assembly.Location);
        }

        foreach (string argument in (string[])["--filter-namespace", typeof(Kernels.TileTests).Namespace!, "--no-ansi", "--progress", "off"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_EnableAVX512"] = "0";
        start.Environment[Kernels.VectorWidthTests.Expected] = "256";
        using var process = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
