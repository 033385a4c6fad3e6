using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Tests.Lowering;
using Colossus.Plan.Work;
using CsCheck;

namespace Colossus.Plan.Tests.Programs;

public sealed class ModelProgramTests
{
    [Fact]
    public void Three_forward_passes_of_the_program_are_the_model_FLOPs_of_the_closed_form() => AnyModel.Dense.Sample(static model =>
    {
        double forward = ModelProgram.Blocks(model, sequences: 3).SelectMany(block => block.Operations).Sum(operation => operation.Flops);
        Assert.Equal(1, 3 * forward / ModelFlops.OfStep(ModelShape.From(model), 3, FlopConvention.ModelCausal), 12);
    });

    [Fact]
    public void The_weights_of_the_program_are_those_that_the_closed_form_counts() => AnyModel.Dense.Sample(static model =>
        Assert.Equal(ParameterCount.Total(ModelShape.From(model)), ParameterTable.For(model).ParameterCount));

    [Fact]
    public void A_value_is_written_before_it_is_read() => AnyModel.Dense.Sample(static model =>
    {
        var written = new HashSet<Value>();
        foreach (Operation operation in ModelProgram.Blocks(model, 1).SelectMany(block => block.Operations))
        {
            Assert.All(operation.Reads, value => Assert.Contains(value, written));
            written.UnionWith(operation.Writes);
        }
    });

    [Fact]
    public void Names_of_values_are_unique() => AnyModel.Dense.Sample(static model =>
    {
        var values = ModelProgram.Blocks(model, 1).SelectMany(block => block.Operations).SelectMany(operation => operation.Writes).Distinct().ToList();
        Assert.Equal(values.Count, values.Select(value => value.Name).Distinct().Count());
    });
}
