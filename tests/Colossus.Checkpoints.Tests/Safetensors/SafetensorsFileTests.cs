using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Colossus.Checkpoints.Safetensors;
using CsCheck;

namespace Colossus.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsFileTests
{
    private const string python = "/usr/bin/python3";

    private const string pythonReader = """
        import json, struct, sys
        data = open(sys.argv[1], "rb").read()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + length])
        base = 8 + length
        assert base % 64 == 0, base
        formats = {"F32": "f", "F64": "d", "I64": "q", "I32": "i", "U8": "B", "F16": "e"}
        print("metadata", json.dumps(header.pop("__metadata__"), sort_keys=True))
        end = 0
        for name in sorted(header, key=lambda n: header[n]["data_offsets"]):
            entry = header[name]
            start, stop = entry["data_offsets"]
            assert start == end, (name, start, end)
            end = stop
            count = 1
            for size in entry["shape"]:
                count *= size
            values = struct.unpack("<%d%s" % (count, formats[entry["dtype"]]), data[base + start:base + stop])
            print(name, entry["dtype"], entry["shape"], [float(v) for v in values])
        assert base + end == len(data)
        """;

    [Fact]
    public void An_independent_reader_in_Python_sees_the_same_tensors()
    {
        Assert.SkipUnless(File.Exists(python), $"{python} is not here: the file is not checked by an independent reader");
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(
            folder["a.safetensors"],
            [
                new("bytes", TensorType.U8, [3], TensorBytes.Of(new byte[] { 1, 2, 255 })),
                new("model.norm.weight", TensorType.F32, [2, 2], TensorBytes.Of([1f, -2.5f, 0f, 3e38f])),
                new("ü \"quoted\"", TensorType.F64, [], TensorBytes.Of(MemoryMarshal.AsBytes<double>([0.1]).ToArray())),
                new("none", TensorType.I32, [0, 7], TensorBytes.Of(Array.Empty<byte>())),
                new("half", TensorType.F16, [2], TensorBytes.Of(MemoryMarshal.AsBytes<Half>([(Half)0.5f, (Half)(-4f)]).ToArray())),
                new("large", TensorType.I64, [1], TensorBytes.Of(MemoryMarshal.AsBytes<long>([-(1L << 40)]).ToArray())),
            ],
            new Dictionary<string, string> { ["format"] = "pt", ["about"] = "ü" });
        File.WriteAllText(folder["read.py"], pythonReader);
        string[] lines = RunPython(folder["read.py"], folder["a.safetensors"]);
        Assert.Equal(
            [
                """metadata {"about": "\u00fc", "format": "pt"}""",
                "ü \"quoted\" F64 [] [0.1]",
                "large I64 [1] [-1099511627776.0]",
                "model.norm.weight F32 [2, 2] [1.0, -2.5, 0.0, 2.9999999999999996e+38]".Replace("2.9999999999999996e+38", ((double)3e38f).ToString("R").Replace("E+", "e+", StringComparison.Ordinal), StringComparison.Ordinal),
                "none I32 [0, 7] []",
                "half F16 [2] [0.5, -4.0]",
                "bytes U8 [3] [1.0, 2.0, 255.0]",
            ],
            lines);
    }

    [Fact]
    public void What_is_written_is_read_whatever_the_sizes_and_sources()
    {
        Gen.Select(Gen.Int[0, 3_000_000].Array[0, 5], Gen.Enum<TensorType>().Array[5], Gen.Int[0, 2].Array[5]).Sample(
            (sizes, types, sources) =>
            {
                using var folder = new TemporaryFolder();
                byte[][] contents = [.. sizes.Select((size, i) => Content(size / types[i].Width() * types[i].Width(), i))];
                var handles = new List<GCHandle>();
                try
                {
                    SafetensorsPart[] parts =
                    [
                        .. contents.Select((bytes, i) => new SafetensorsPart($"t{i}", types[i], [bytes.Length / types[i].Width()], Source(bytes, sources[i], types[i], handles))),
                    ];
                    WrittenFile file = SafetensorsWriter.Write(folder["a"], parts);
                    Assert.Equal(file, new WrittenFile(new FileInfo(folder["a"]).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["a"])))));
                }
                finally
                {
                    handles.ForEach(handle => handle.Free());
                }

                using SafetensorsReader reader = SafetensorsReader.Open(folder["a"]);
                Assert.Equal(contents.Length, reader.Entries.Count);
                for (int i = 0; i < contents.Length; i++)
                {
                    SafetensorsEntry entry = reader.Find($"t{i}")!;
                    Assert.Equal(types[i], entry.Type);
                    Assert.Equal(0, entry.Offset % types[i].Width());
                    Assert.True(reader.Bytes($"t{i}").SequenceEqual(contents[i]));
                    byte[] tail = new byte[contents[i].Length / 2];
                    reader.Read(entry, contents[i].Length - tail.Length, tail);
                    Assert.True(tail.AsSpan().SequenceEqual(contents[i].AsSpan(contents[i].Length - tail.Length)));
                }
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void Files_over_2_GiB_are_read_at_their_far_end()
    {
        using var folder = new TemporaryFolder();
        const long dims = 700_000_000; // 2.8 GB of fp32; written as a file with a hole, so that it takes no space
        SafetensorsHeaderOnly(folder["big"], dims);
        using (FileStream stream = File.Open(folder["big"], FileMode.Open))
        {
            stream.SetLength(stream.Length + (dims * 4));
            stream.Seek(-8, SeekOrigin.End);
            stream.Write(MemoryMarshal.AsBytes<float>([6.5f, 7.5f]));
        }

        using SafetensorsReader reader = SafetensorsReader.Open(folder["big"]);
        SafetensorsEntry entry = Assert.Single(reader.Entries);
        float[] last = new float[2];
        reader.Read(entry, (dims * 4) - 8, MemoryMarshal.AsBytes(last.AsSpan()));
        Assert.Equal([6.5f, 7.5f], last);
        unsafe
        {
            Assert.Equal(7.5f, ((float*)reader.Pointer("big"))[dims - 1]);
        }

        Assert.Equal(CheckpointFault.TensorDiffers, Assert.Throws<CheckpointException>(() => reader.Bytes("big").Length).Fault);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(entry, (dims * 4) - 7, new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(entry, -1, new byte[8]));
    }

    [Fact]
    public void Wrong_parts_are_refused_before_a_file_is_made()
    {
        using var folder = new TemporaryFolder();
        SafetensorsPart good = new("a", TensorType.F32, [1], TensorBytes.Of([1f]));
        SafetensorsPart[][] wrong = [[good, good], [good with { Name = "" }], [good with { Name = "__metadata__" }], [good with { Shape = [2] }], [good with { Shape = [-1] }]];
        Assert.All(wrong, parts => Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["a"], parts)));
        Assert.False(File.Exists(folder["a"]));
    }

    [Fact]
    public void A_cancelled_write_stops_within_a_chunk()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        long filled = 0;
        SafetensorsPart part = new("a", TensorType.U8, [64 << 20], TensorBytes.From(64 << 20, (offset, destination) =>
        {
            filled = offset + destination.Length;
            source.Cancel();
        }));
        Assert.Throws<OperationCanceledException>(() => SafetensorsWriter.Write(folder["a"], [part], null, source.Token));
        Assert.InRange(filled, 1, 2 << 20);
    }

    private static byte[] Content(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static unsafe TensorBytes Source(byte[] bytes, int kind, TensorType type, List<GCHandle> handles)
    {
        if (kind == 0)
        {
            return TensorBytes.Of(bytes);
        }

        if (kind == 1)
        {
            handles.Add(GCHandle.Alloc(bytes, GCHandleType.Pinned));
            return bytes.Length == 0 ? TensorBytes.Of(bytes) : TensorBytes.At((void*)handles[^1].AddrOfPinnedObject(), bytes.Length);
        }

        long expected = 0;
        return TensorBytes.From(bytes.Length, (offset, destination) =>
        {
            Assert.Equal(expected, offset);
            Assert.Equal(0, destination.Length % type.Width());
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            expected += destination.Length;
        });
    }

    private static void SafetensorsHeaderOnly(string path, long dims)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(("{\"big\":{\"dtype\":\"F32\",\"shape\":[" + dims + "],\"data_offsets\":[0," + (dims * 4) + "]}}").PadRight(120));
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json]);
    }

    private static string[] RunPython(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(python, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            Environment = { ["PYTHONIOENCODING"] = "utf-8" },
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "Python did not end within 60 s");
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
