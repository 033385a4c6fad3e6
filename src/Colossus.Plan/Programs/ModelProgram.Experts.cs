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
            SharedExperts(operations, block, experts, input, branch, values);
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

        Value inner = Visits("inner", model.Activation.IsGated() ? [width, width] : [width]);
        operations.Add(new GroupedProduct(dispatched, inner, routing.Groups, OfEach(experts, expert => InputsOf(block, expert, width))));
        Value activated = Visits("activated", width);
        operations.Add(new Activate(inner, activated, model.Activation));
        Value results = Visits("results", hidden);
        operations.Add(new GroupedProduct(activated, results, routing.Groups, OfEach(experts, expert => [OfExpert(IntoResidual(block, names.DownOf(layer, expert), width), expert)])));
        operations.Add(new Combine(results, routing, branch, adds: experts.Shared > 0));
    }

    // They are one feed-forward part, as wide as all of them together.
    private void SharedExperts(List<Operation> operations, int block, ExpertsSpec experts, Value input, Value branch, string values)
    {
        var width = new Extent(Dim.Ffn, experts.Shared * experts.Ffn);
        Weight Shared(string matrix) => Matrix(block, names.Shared(block - 1, matrix), width, hidden);
        Weight[] inputs = model.Activation.IsGated() ? [Shared("gate"), Shared("up")] : [Shared("up")];
        Value inner = Branch(values + "experts.shared.inner", [.. inputs.Select(matrix => matrix.Rows)]);
        operations.Add(new Product(input, inner, inputs));
        Value activated = Branch(values + "experts.shared.activated", width);
        operations.Add(new Activate(inner, activated, model.Activation));
        operations.Add(new Product(activated, branch, IntoResidual(block, names.Shared(block - 1, "down"), width)));
    }

    private Weight[] InputsOf(int block, int expert, Extent width)
    {
        Weight up = OfExpert(Matrix(block, names.UpOf(block - 1, expert), width, hidden), expert);
        return model.Activation.IsGated() ? [OfExpert(Matrix(block, names.GateOf(block - 1, expert), width, hidden), expert), up] : [up];
    }

    private static Weight[][] OfEach(ExpertsSpec experts, Func<int, Weight[]> weights) => [.. Enumerable.Range(0, experts.Count).Select(weights)];

    // The bucket of the experts lies directly behind the layer's.
    private static Weight OfExpert(Weight weight, int expert) => weight with { Bucket = weight.Bucket + 1, Expert = expert };
}
