namespace Colossus.Training.Native;

/// <summary>What <see cref="LibtorchLoader"/> put into the process.</summary>
/// <param name="Folder">The folder of <c>libtorch_cpu.so</c>.</param>
/// <param name="Bridge">The file of TorchSharp's own library that was loaded.</param>
/// <param name="Patched">Whether <paramref name="Bridge"/> is a copy adapted to an older libstdc++.</param>
public sealed record LibtorchInfo(string Folder, string Bridge, bool Patched);
