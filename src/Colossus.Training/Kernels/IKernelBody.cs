namespace Colossus.Training.Kernels;

/// <summary>The work of a kernel on one of its items; fields are its arguments, so that no closure is allocated.</summary>
internal interface IKernelBody
{
    /// <summary>Works on an item; it shares nothing that is written with other items.</summary>
    /// <param name="item">Index of the item.</param>
    void Run(int item);
}
