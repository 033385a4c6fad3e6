using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;
using Colossus.Training.Backends.Cpu;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using Colossus.Training.Tests.Kernels;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Backends;

public sealed unsafe class GroupedProductTests
{
    private const int Inputs = 24;
    private const int Outputs = 40; // two matrices of 20 an expert
    private const int Rows = 600;

    // An expert without rows first, in the middle and last; with and without a remainder, and fewer rows than a product wants.
    private static readonly int[] counts = [0, 3, 0, 96, 350, 17, 134, 0];

    public GroupedProductTests() => LibtorchLoader.Load();

    [Fact]
    public void Products_and_gradients_of_each_expert_are_libtorchs_in_double()
    {
        Check<F32, F32>();
        Check<F32, Bf16>();
        Check<Bf16, Bf16>();
    }

    [Fact]
    public void Several_threads_give_products_of_each_expert_too()
    {
        KernelThreads.Count = 3;
        try
        {
            Check<Bf16, Bf16>();
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }

    private static void Check<TResidual, T>()
        where TResidual : unmanaged, IElement<TResidual>
        where T : unmanaged, IElement<T>
    {
        Assert.Equal(Rows, counts.Sum());
        var routing = new Routing("routing", new Extent(Dim.Token, Rows), new ExpertsSpec(counts.Length, 1, 0, 1));
        Value Of(string name, int width) => new(name, ValueFormat.Product, routing.Visits, new Extent(Dim.Hidden, width));
        Value input = Of("input", Inputs), output = Of("output", Outputs), outputGradient = Of("d.output", Outputs), inputGradient = Of("d.input", Inputs);
        Weight Matrix(int expert, string name) => new($"{expert}.{name}", new Extent(Dim.ExpertFfn, Outputs / 2), new Extent(Dim.Hidden, Inputs), WeightStart.Normal, 0);
        var forward = new GroupedProduct(input, output, routing.Groups, [.. Enumerable.Range(0, counts.Length).Select(expert => (Weight[])[Matrix(expert, "gate"), Matrix(expert, "up")])]);
        var weightGradient = new GroupedWeightGradient(forward, outputGradient, converts: typeof(T) != typeof(TResidual));

        using var x = Values<T>.Normal(Rows * Inputs, 1);
        using var y = Values<T>.Normal(Rows * Outputs, 2);
        using var dy = Values<T>.Normal(Rows * Outputs, 3);
        using var dx = Values<T>.Normal(Rows * Inputs, 4);
        using var room = Values<T>.Normal(Outputs * Inputs, 5);
        using var weights = Values<T>.Normal(counts.Length * Outputs * Inputs, 6);
        using var gradients = Values<TResidual>.Normal(counts.Length * Outputs * Inputs, 7);
        fixed (int* count = counts)
        {
            var memory = new Memory
            {
                Values = { [input] = (nint)x.Data, [output] = (nint)y.Data, [outputGradient] = (nint)dy.Data, [inputGradient] = (nint)dx.Data, [routing.Counts] = (nint)count },
                Matrices = weight => (nint)(weights.Data + Start(weight)),
                Gradients = weight => (nint)(gradients.Data + Start(weight)),
            };
            if (weightGradient.Unconverted is { } value)
            {
                memory.Values.Add(value, (nint)room.Data);
            }

            using var backend = new CpuBackend<TResidual, T>();
            var arguments = new PassArguments(1);
            backend.Bind(forward, memory).Run(arguments);
            backend.Bind(new GroupedInputGradient(forward, outputGradient, inputGradient), memory).Run(arguments);

            // What lies there before is overwritten, and then added to.
            IBoundOperation bound = backend.Bind(weightGradient, memory);
            bound.Run(arguments);
            arguments.Accumulate = true;
            bound.Run(arguments);
        }

        var left = x.ToTensor(Rows, Inputs).requires_grad_();
        var right = weights.ToTensor(counts.Length, Outputs, Inputs).requires_grad_();
        var expected = cat([.. counts.Select((count, expert) => left.narrow(0, counts[..expert].Sum(), count).matmul(right[expert].t()))]);
        expected.backward([dy.ToTensor(Rows, Outputs)]);
        Compare.Close(expected, y, "output");
        Compare.Close(left.grad!, dx, "input gradient");
        double tolerance = 3 * Math.Max(Compare.Tolerance<T>(), Compare.Tolerance<TResidual>()); // each expert's in two products, and all of it twice
        Compare.Close((2 * right.grad!).reshape(-1).data<double>().ToArray(), gradients.ToDoubles(), tolerance, "weight gradient");

        long Start(Weight weight) => ((int.Parse(weight.Name.Split('.')[0]) * 2L) + (weight.Name.EndsWith("up", StringComparison.Ordinal) ? 1 : 0)) * (Outputs / 2) * Inputs;
    }

    private sealed class Memory : IOperationMemory
    {
        public Dictionary<Value, nint> Values { get; } = [];

        public required Func<Weight, nint> Matrices { get; init; }

        public required Func<Weight, nint> Gradients { get; init; }

        public nint Of(Value value) => Values[value];

        public nint OfWeight(Weight weight) => throw new NotSupportedException();

        public nint OfMatrix(Weight weight) => Matrices(weight);

        public nint OfGradient(Weight weight) => Gradients(weight);
    }
}
