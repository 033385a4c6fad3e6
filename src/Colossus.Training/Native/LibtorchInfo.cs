namespace Colossus.Training.Native;

/// <summary>What <see cref="LibtorchLoader"/> put into the process.</summary>
/// <param name="Version">The version of libtorch that this program was built for.</param>
/// <param name="Folder">The folder of <c>libtorch_cpu.so</c>.</param>
/// <param name="Bridge">The file of TorchSharp's own library.</param>
/// <param name="Patched">Whether a copy of <paramref name="Bridge"/> in memory, adapted to an older libstdc++, was loaded in its place.</param>
public sealed record LibtorchInfo(string Version, string Folder, string Bridge, bool Patched);
