namespace Colossus.Runs;

/// <summary>What decides about the last bits of a run's weights beside its job: where all of this is equal, the same job gives the same bits.</summary>
/// <param name="Threads">Compute threads of one rank.</param>
/// <param name="Products">Format in which matrix products are computed: <c>fp32</c> or <c>bf16</c>.</param>
/// <param name="Backend">What executes operations: <c>cpu</c>.</param>
/// <param name="ProcessorClass">Instruction sets that choose between kernels, which sum in different orders; equal for many models.</param>
/// <param name="Processor">Name of the processor; for people, it decides about nothing.</param>
/// <param name="Libtorch">Version of libtorch.</param>
public sealed record Numerics(int Threads, string Products, string Backend, string ProcessorClass, string Processor, string Libtorch)
{
    /// <summary>All of it in one line.</summary>
    public override string ToString() =>
        $"{Backend}, {Threads} {(Threads == 1 ? "thread" : "threads")} a rank, products in {Products}, libtorch {Libtorch}, {ProcessorClass} ({Processor})";

    /// <summary>What makes other bits than before, as in <c>threads 2 instead of 1</c>; empty when nothing does.</summary>
    /// <param name="before">What the run was computed with until now.</param>
    public IReadOnlyList<string> ChangesSince(Numerics before)
    {
        (string Name, object Now, object Before)[] all =
        [
            ("threads", Threads, before.Threads),
            ("products", Products, before.Products),
            ("backend", Backend, before.Backend),
            ("libtorch", Libtorch, before.Libtorch),
            ("processor class", ProcessorClass, before.ProcessorClass),
        ];
        return [.. all.Where(one => !one.Now.Equals(one.Before)).Select(one => $"{one.Name} {one.Now} instead of {one.Before}")];
    }
}
