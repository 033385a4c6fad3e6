namespace Colossus.Training.Backends;

/// <summary>Memory of a backend: an address that only the backend itself may follow.</summary>
/// <param name="Address">First byte.</param>
/// <param name="Bytes">Size.</param>
internal readonly record struct DeviceMemory(nint Address, long Bytes)
{
    /// <summary>An address within.</summary>
    /// <param name="offset">Bytes from the start.</param>
    public nint At(long offset) => Address + (nint)offset;
}
