namespace Colossus.Plan.Programs;

/// <summary>
/// One thing that a rank computes: what it reads and writes, what it costs, and, for an operation of the forward pass, which operations give its gradients.
/// It has no state; a backend executes it on the memory that its values were given.
/// </summary>
public abstract class Operation
{
    /// <summary>Values read, in the operation's own order; one that is changed in place stands here too.</summary>
    public abstract IReadOnlyList<Value> Reads { get; }

    /// <summary>Values written or changed.</summary>
    public abstract IReadOnlyList<Value> Writes { get; }

    /// <summary>Weights read.</summary>
    public virtual IReadOnlyList<Weight> Weights => [];

    /// <summary>The format in which <see cref="Weights"/> are read: that of products for their matrices, of the residual stream for all else.</summary>
    public virtual ValueFormat WeightFormat => ValueFormat.Residual;

    /// <summary>Weights whose gradients are written, or added to those that are there.</summary>
    public virtual IReadOnlyList<Weight> Gradients => [];

    /// <summary>Multiplications and additions, each counted as one; matrix products and attention count, all else does not.</summary>
    public virtual double Flops => 0;

    /// <summary>Whether selective recomputation computes it again rather than keep what it wrote: little arithmetic for many bytes.</summary>
    public virtual bool IsCheap => false;

    /// <summary>Whether a later pass may compute it again: neither a choice, which is made once, nor what reads the micro-batch at hand, which is another one by then.</summary>
    public virtual bool CanRepeat => true;

    /// <summary>Whether it computes gradients of weights alone, so that nothing later in the same pass waits for it (arXiv 2401.10241).</summary>
    public virtual bool IsWeightGradient => false;

    /// <summary>Whether a forward pass of training runs it.</summary>
    public virtual bool RunsForward => true;

    /// <summary>Whether an evaluation runs it.</summary>
    public virtual bool RunsInEvaluation => RunsForward;

    /// <summary>What a rank runs in its place, in this order; itself, where it is not made of others.</summary>
    public virtual IReadOnlyList<Operation> Parts => [this];

    /// <summary>Adds the operations that turn the gradients of <see cref="Writes"/> into those of <see cref="Reads"/> and <see cref="Weights"/>.</summary>
    /// <param name="backward">Receives them, and knows the gradients that are there.</param>
    /// <exception cref="InvalidOperationException">It is no operation of a forward pass.</exception>
    public virtual void Derive(BackwardBuilder backward) => throw new InvalidOperationException($"{this} has no gradient");

    /// <summary>The same over other values and weights: what a rank computes of it.</summary>
    /// <param name="map">Says which.</param>
    /// <exception cref="InvalidOperationException">It is no operation of a forward pass.</exception>
    public virtual Operation Mapped(OperationMap map) => throw new InvalidOperationException($"{this} is no operation of a forward pass");

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({string.Join(", ", Reads.Select(value => value.Name))} -> {string.Join(", ", Writes.Select(value => value.Name))})";
}
