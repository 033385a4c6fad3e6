using System.Runtime.InteropServices;

namespace Colossus.Collectives.Tests;

/// <summary>Vectors as kernels take them.</summary>
internal static unsafe class Pinned
{
    /// <summary>Calls <paramref name="body"/> with the address of the pointers to all vectors.</summary>
    public static void Use<T>(T[][] vectors, Action<nint> body)
        where T : unmanaged
    {
        GCHandle[] handles = [.. vectors.Select(vector => GCHandle.Alloc(vector, GCHandleType.Pinned))];
        try
        {
            nint[] pointers = [.. handles.Select(handle => handle.AddrOfPinnedObject())];
            fixed (nint* first = pointers)
            {
                body((nint)first);
            }
        }
        finally
        {
            Array.ForEach(handles, handle => handle.Free());
        }
    }
}
