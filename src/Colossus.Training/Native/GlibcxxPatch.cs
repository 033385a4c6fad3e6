using System.Buffers.Binary;
using System.Text;

namespace Colossus.Training.Native;

/// <summary>
/// Removes one symbol version from a copy of <c>libLibTorchSharp.so</c> so that it loads on hosts with an older libstdc++.
/// </summary>
/// <remarks>
/// <para>
/// TorchSharp 0.107.0 was linked with GCC 13 and asks for <c>GLIBCXX_3.4.32</c>; Debian 12 and Ubuntu 22.04 end at 3.4.30.
/// The version is needed by a single symbol, <c>_ZSt21ios_base_library_initv</c>, a function without arguments or result that only
/// forces the initialisation of <c>std::cout</c>, which older libraries do in every translation unit anyway.
/// </para>
/// <para>
/// The patch marks the version need weak, makes that symbol unversioned and renames it to <c>getpid</c>, which every libc has and which
/// does nothing but answer. Should another symbol carry the version, the library needs something this patch cannot give, and it refuses.
/// Layout of the tables: System V ABI, chapter 5, and the GNU symbol-version extension of the Linux Standard Base.
/// </para>
/// </remarks>
internal static class GlibcxxPatch
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";
    private const string Replacement = "getpid";

    private const uint SectionDynamicSymbols = 11;
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const uint SectionVersionSymbols = 0x6fffffff;
    private const int SymbolEntryBytes = 24;
    private const ushort WeakFlag = 2;
    private const ushort GlobalVersion = 1;

    /// <summary>Patches a 64-bit little-endian ELF image in place.</summary>
    /// <param name="image">The whole file.</param>
    /// <exception cref="NotSupportedException">The image is not such a library, or another symbol needs the version.</exception>
    public static void Apply(Span<byte> image)
    {
        if (image.Length < 64 || !image[..5].SequenceEqual("\u007fELF\u0002"u8) || image[5] != 1)
        {
            throw new NotSupportedException("not a 64-bit little-endian ELF library");
        }

        var symbols = FindSection(image, SectionDynamicSymbols);
        var needs = FindSection(image, SectionVersionNeeds);
        var versions = FindSection(image, SectionVersionSymbols);
        var names = SectionAt(image, (int)symbols.Link);

        ushort index = WeakenNeed(image, needs, names);
        bool renamed = false;
        for (int i = 0; i < symbols.Bytes / SymbolEntryBytes; i++)
        {
            var version = image[(versions.Offset + (2 * i))..];
            if (BinaryPrimitives.ReadUInt16LittleEndian(version) != index)
            {
                continue;
            }

            int name = names.Offset + (int)Read32(image, symbols.Offset + (SymbolEntryBytes * i));
            if (ReadName(image, name) != Symbol)
            {
                throw new NotSupportedException($"{ReadName(image, name)} also needs {Version}");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(version, GlobalVersion);
            image.Slice(name, Symbol.Length).Clear();
            Encoding.ASCII.GetBytes(Replacement, image[name..]);
            renamed = true;
        }

        if (!renamed)
        {
            throw new NotSupportedException($"no symbol needs {Version}");
        }
    }

    private static ushort WeakenNeed(Span<byte> image, Section needs, Section names)
    {
        int need = needs.Offset;
        while (true)
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            int auxiliary = need + (int)Read32(image, need + 8);
            for (int i = 0; i < count; i++)
            {
                if (ReadName(image, names.Offset + (int)Read32(image, auxiliary + 8)) == Version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(auxiliary + 4)..], WeakFlag);
                    return BinaryPrimitives.ReadUInt16LittleEndian(image[(auxiliary + 6)..]);
                }

                auxiliary += (int)Read32(image, auxiliary + 12);
            }

            uint next = Read32(image, need + 12);
            if (next == 0)
            {
                throw new NotSupportedException($"{Version} is not needed");
            }

            need += (int)next;
        }
    }

    private static Section FindSection(ReadOnlySpan<byte> image, uint type)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        for (int i = 0; i < count; i++)
        {
            var section = SectionAt(image, i);
            if (section.Type == type)
            {
                return section;
            }
        }

        throw new NotSupportedException($"no section of type 0x{type:x}");
    }

    private static Section SectionAt(ReadOnlySpan<byte> image, int index)
    {
        long table = BinaryPrimitives.ReadInt64LittleEndian(image[40..]);
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(image[58..]);
        var header = image[(int)(table + ((long)index * entryBytes))..];
        return new Section(
            Read32(header, 4),
            (int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            Read32(header, 40));
    }

    private static uint Read32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);

    private static string ReadName(ReadOnlySpan<byte> image, int offset)
    {
        var tail = image[offset..];
        return Encoding.ASCII.GetString(tail[..tail.IndexOf((byte)0)]);
    }

    private readonly record struct Section(uint Type, int Offset, int Bytes, uint Link);
}
