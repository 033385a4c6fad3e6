using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <content>A mixture of experts in place of the dense feed-forward part.</content>
public sealed partial class ModelProgram
{
    private void Experts(List<Operation> operations, int block, ExpertsSpec experts, Value input, Value branch, string values)
    {
        int layer = block - 1;
        if (experts.Shared > 0)
        {
            // They are one feed-forward part, as wide as all of them together.
            string Shared(string matrix) => names.Shared(layer, matrix);
            var together = new Extent(Dim.Ffn, experts.Shared * experts.Ffn);
            Dense(operations, block, together, (Shared("gate"), Shared("up"), Shared("down")), biases: false, input, branch, values + "experts.shared");
        }

        var count = new Extent(Dim.Expert, experts.Count);
        var routing = new Routing(values + "experts.routing", tokens, experts);
        var logits = new Value(values + "experts.logits", ValueFormat.Single, tokens, count);
        Weight? bias = experts.BiasRate > 0 ? Vector(names.RouterBias(layer), count, WeightStart.Zero, block) with { Balances = true } : null;
        operations.Add(new RouterLogits(input, Matrix(block, names.Router(layer), count, hidden), logits));
        operations.Add(new Route(layer, logits, bias, routing));

        Value Visits(string name, params Extent[] columns) => new(values + "experts." + name, ValueFormat.Product, routing.Visits, columns);
        var width = new Extent(Dim.ExpertFfn, experts.Ffn);
        Value dispatched = Visits("dispatched", hidden);
        operations.Add(new Dispatch(input, routing, dispatched));

        Weight[][] inputs = OfEach(expert => FirstMatrices(block, names.GateOf(layer, expert), names.UpOf(layer, expert), width));
        Value inner = Visits("inner", [.. inputs[0].Select(matrix => matrix.Rows)]);
        operations.Add(new GroupedProduct(dispatched, inner, routing.Groups, inputs));
        Value activated = Visits("activated", width);
        operations.Add(new Activate(inner, activated, model.Activation, routing.Groups));
        Value results = Visits("results", hidden);
        operations.Add(new GroupedProduct(activated, results, routing.Groups, OfEach(expert => [IntoResidual(block, names.DownOf(layer, expert), width)])));
        operations.Add(new Combine(results, routing, branch, adds: experts.Shared > 0));

        // The bucket of the experts lies directly behind the layer's.
        Weight[][] OfEach(Func<int, Weight[]> matrices) =>
            [.. Enumerable.Range(0, experts.Count).Select(expert => matrices(expert).Select(weight => weight with { Bucket = weight.Bucket + 1, Expert = expert }).ToArray())];
    }
}
