using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Tests.Lowering;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Programs;

public sealed class ModelProgramTests
{
    [Fact]
    public void Three_forward_passes_of_the_program_are_the_model_FLOPs_of_the_closed_form() => AnyModel.Any.Sample(static any =>
    {
        ModelSpec model = AnyModel.Dropless(any);
        double forward = ModelProgram.Blocks(model, sequences: 3).SelectMany(block => block.Operations).Sum(operation => operation.Flops);
        Assert.Equal(1, 3 * forward / ModelFlops.OfStep(ModelShape.From(model), 3, FlopConvention.ModelCausal), 12);
    });

    [Fact]
    public void The_weights_of_the_program_are_those_that_the_closed_form_counts() => AnyModel.Any.Sample(static model =>
        Assert.Equal(ParameterCount.Total(ModelShape.From(model)), ParameterTable.For(model).ParameterCount));

    // What every rank of a tensor-parallel group will need whole has other dims than what belongs to single heads.
    [Fact]
    public void Weights_of_latent_attention_that_belong_to_single_heads_say_so()
    {
        ModelSpec model = ModelPresets.Find("deepseek-v3")!.Model with { Layers = 1, Experts = null };
        Assert.Equal(
            [
                ("q_a_proj", Dim.Latent, Dim.Hidden), ("kv_a_proj_with_mqa", Dim.Latent, Dim.Hidden), ("q_a_layernorm", Dim.Latent, null), ("q_b_proj", Dim.Heads, Dim.Latent),
                ("kv_a_layernorm", Dim.Latent, null), ("kv_b_proj", Dim.Heads, Dim.Latent), ("o_proj", Dim.Hidden, Dim.Heads),
            ],
            ModelProgram.Blocks(model, sequences: 1)[1].Weights
                .Where(weight => weight.Name.Contains("self_attn", StringComparison.Ordinal))
                .Select(weight => (weight.Name.Split('.')[^2], weight.Rows.Dim, weight.Columns?.Dim)));
    }

    [Fact]
    public void A_value_is_written_before_it_is_read() => AnyModel.Any.Sample(static model =>
    {
        var written = new HashSet<Value>();
        foreach (Operation operation in ModelProgram.Blocks(model, 1).SelectMany(block => block.Operations))
        {
            Assert.All(operation.Reads, value => Assert.Contains(value, written));
            written.UnionWith(operation.Writes);
        }
    });

    [Fact]
    public void Names_of_values_are_unique() => AnyModel.Any.Sample(static model =>
    {
        var values = ModelProgram.Blocks(model, 1).SelectMany(block => block.Operations).SelectMany(operation => operation.Writes).Distinct().ToList();
        Assert.Equal(values.Count, values.Select(value => value.Name).Distinct().Count());
    });
}
