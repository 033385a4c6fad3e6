namespace Colossus.Checkpoints.Safetensors;

/// <summary>Fills a buffer with bytes of a tensor, little-endian and row-major. It is called with rising offsets, each byte once.</summary>
/// <param name="offset">Where the wanted bytes start within the part, in bytes; a multiple of the element's width.</param>
/// <param name="destination">To be filled whole; a multiple of the element's width.</param>
public delegate void TensorFill(long offset, Span<byte> destination);
