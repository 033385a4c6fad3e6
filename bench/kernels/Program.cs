using Colossus.Bench.Kernels;
using Colossus.Training.Kernels;

// Rates of the kernels on this machine. "dotnet run --project bench/kernels -c Release [threads] [part]"; a part is one of the names below.
int threads = args.Length > 0 && int.TryParse(args[0], out int parsed) && parsed > 0 ? parsed : 1;
string part = args.Length > 1 ? args[1] : "";
KernelThreads.Count = threads;
Console.WriteLine($"{threads} thread(s), {Environment.ProcessorCount} cores, vectors of 512 bits: {System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated}");

void Run(string name, Action work)
{
    if (part.Length == 0 || part == name)
    {
        work();
    }
}

Run("products", KernelCases.Products);
Run("attention", () => KernelCases.AttentionPasses<Bf16>(256, 6, 6, 64));
Run("attention", () => KernelCases.AttentionPasses<F32>(256, 6, 6, 64));
Run("attention-shapes", () => KernelCases.AttentionPasses<Bf16>(64, 6, 6, 64));
Run("attention-shapes", () => KernelCases.AttentionPasses<Bf16>(1024, 6, 6, 64));
Run("attention-shapes", () => KernelCases.AttentionPasses<Bf16>(4096, 2, 1, 64));
Run("attention-shapes", () => KernelCases.AttentionPasses<Bf16>(256, 12, 4, 32));
Run("attention-shapes", () => KernelCases.AttentionPasses<Bf16>(1024, 8, 2, 128));
Run("rows", KernelCases.Rowwise<Bf16, Bf16>);
Run("rows", KernelCases.Rowwise<F32, Bf16>);
Run("rows", KernelCases.Rowwise<F32, F32>);
Run("elements", KernelCases.Elementwise<Bf16>);
Run("elements", KernelCases.Elementwise<F32>);
Run("optimizer", () => KernelCases.Optimizer<Bf16>(10_800_000));
Run("optimizer", () => KernelCases.Optimizer<F32>(10_800_000));
Run("libtorch", () => TorchCases.Run(threads));
