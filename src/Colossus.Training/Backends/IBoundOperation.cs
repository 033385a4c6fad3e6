namespace Colossus.Training.Backends;

/// <summary>An operation on given memory.</summary>
internal interface IBoundOperation
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments">What differs between micro-batches.</param>
    void Run(PassArguments arguments);
}
