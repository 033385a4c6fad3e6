using Colossus.Plan.Lowering;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;
using Colossus.Plan.Ranks;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Lowering;

public sealed class ChunkLoweringTests
{
    [Fact]
    public void Every_value_is_whole_when_it_is_read_with_several_micro_batches_in_flight() => AnyModel.Chunk.Sample(static sample =>
    {
        var (_, options, chunk) = sample;
        var memory = new MemoryReplay(chunk, options.Formats);

        // Two forward passes before the first backward pass, an evaluation between, weight gradients one micro-batch late.
        for (int micro = 0; micro < 2; micro++)
        {
            memory.Receive(chunk.Forward, chunk.Input, Memory(micro), micro);
            memory.Run(chunk.Forward, Memory(micro), micro);
            memory.Send(chunk.Forward, chunk.Output, Memory(micro), micro);
        }

        memory.Receive(chunk.Evaluation, chunk.Input, Memory(0), 9);
        memory.Run(chunk.Evaluation, Memory(0), 9);
        memory.Send(chunk.Evaluation, chunk.Output, Memory(0), 9);
        for (int micro = 0; micro < 2; micro++)
        {
            memory.Receive(chunk.Backward, chunk.OutputGradient, Memory(micro), micro);
            memory.Run(chunk.Backward, Memory(micro), micro);
            memory.Send(chunk.Backward, chunk.InputGradient, Memory(micro), micro);
        }

        for (int micro = 0; micro < 2; micro++)
        {
            memory.Run(chunk.WeightGradients, Memory(micro), micro);
        }
    });

    [Fact]
    public void Every_gradient_of_a_chunk_is_written_and_its_bucket_is_complete_behind_the_last_of_it() => AnyModel.Chunk.Sample(static sample =>
    {
        var (_, _, chunk) = sample;
        List<Operation> operations = [.. chunk.Backward.Operations, .. chunk.WeightGradients.Operations];
        HashSet<Weight> used = [.. chunk.Evaluation.Operations.SelectMany(operation => operation.Weights)];
        Assert.True(used.SetEquals(operations.SelectMany(operation => operation.Gradients)));
        foreach (int bucket in used.Select(weight => weight.Bucket).Distinct())
        {
            int complete = operations.FindIndex(operation => operation is ReduceGradients reduce && reduce.Bucket == bucket);
            int last = operations.FindLastIndex(operation => operation.Gradients.Any(weight => weight.Bucket == bucket));
            Assert.True(complete > last);

            // In one pass, so that memory of the pass can hold them all.
            Assert.Single(new[] { chunk.Backward, chunk.WeightGradients }, pass => pass.Operations.Any(operation => operation.Gradients.Any(weight => weight.Bucket == bucket)));
        }
    });

    [Fact]
    public void Chunks_of_a_model_together_do_what_the_whole_does() => (from model in AnyModel.Any from options in AnyModel.OptionsFor(model) select (model, options)).Sample(static pair =>
    {
        var (model, options) = pair;
        ChunkProgram whole = ChunkLowering.Lower(ModelProgram.Blocks(model, 2), options);
        int blocks = ModelProgram.BlockCount(model);
        int first = Math.Max(1, blocks / 2);
        ChunkProgram[] parts = [ChunkLowering.Lower(ModelProgram.Blocks(model, 2, 0, first), options), ChunkLowering.Lower(ModelProgram.Blocks(model, 2, first, blocks - first), options)];
        Assert.Equal(Flops(whole), parts.Sum(Flops), 1e-9 * Flops(whole));
        Assert.Equal(whole.Evaluation.Flops, parts.Sum(part => part.Evaluation.Flops), 1e-9 * whole.Evaluation.Flops);
    });

    [Fact]
    public void What_is_computed_again_costs_FLOPs_and_saves_memory() => AnyModel.Any.Sample(static model =>
    {
        ChunkProgram none = Lower(model, Recompute.None);
        ChunkProgram selective = Lower(model, Recompute.Selective);
        ChunkProgram full = Lower(model, Recompute.Full);
        Assert.Equal(Flops(none), Flops(selective));
        Assert.True(Flops(full) > Flops(none));
        Assert.True(selective.ForwardToBackwardBytes < none.ForwardToBackwardBytes);
        Assert.True(full.ForwardToBackwardBytes < selective.ForwardToBackwardBytes);

        // Full recomputation keeps the stream that enters each layer, where each token went, and what the head and the embedding need.
        long routed = ModelProgram.Blocks(model, 2).SelectMany(block => block.Operations).OfType<Route>().Sum(route => KeptOf(route.Routing));
        long stream = AreaBuilder.Rounded(4L * 2 * model.Sequence * model.Hidden);
        long column = AreaBuilder.Rounded(4L * 2 * model.Sequence);
        long statistics = model.Norm == NormKind.LayerNorm ? AreaBuilder.Rounded(2 * 4L * 2 * model.Sequence) : column;
        Assert.Equal(((model.Layers + 2) * stream) + (2 * column) + statistics + routed, full.ForwardToBackwardBytes);
    });

    [Fact]
    public void With_weight_gradients_apart_the_backward_pass_computes_none_of_a_product()
    {
        var model = new ModelSpec(3, 64, 4, 2, 16, 128, Activation.SwiGlu, 256, 32);
        ChunkProgram chunk = ChunkLowering.Lower(ModelProgram.Blocks(model, 2, 1, 3), new LoweringOptions(default, Recompute.None, SplitsWeightGradients: true, Sharding.Of(ParameterTable.For(model), 1)));
        Assert.DoesNotContain(chunk.Backward.Operations, operation => operation is ProductWeightGradient);
        Assert.Equal(3 * 4, chunk.WeightGradients.Operations.Count(operation => operation is ProductWeightGradient));
        Assert.True(chunk.BackwardToWeightsBytes > 0);
    }

    private static long KeptOf(Routing routing) => routing.Values.Sum(value => AreaBuilder.Rounded(4 * value.Count));

    private static Slots Memory(int index) => new(index, index, index);

    private static ChunkProgram Lower(ModelSpec model, Recompute recompute) =>
        ChunkLowering.Lower(ModelProgram.Blocks(model, 2), new LoweringOptions(default, recompute, SplitsWeightGradients: false, Sharding.Of(ParameterTable.For(model), 1)));

    private static double Flops(ChunkProgram chunk) => chunk.Forward.Flops + chunk.Backward.Flops + chunk.WeightGradients.Flops;
}
