using System.Text;
using Colossus.Collectives;

namespace Colossus.Training.Engine;

/// <summary>Texts between ranks, as messages with their length before them.</summary>
internal static class GroupText
{
    /// <summary>Sends a text.</summary>
    public static void SendText(this SharedGroup group, string text, int to)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        group.Send(BitConverter.GetBytes(bytes.Length), to);
        group.Send(bytes, to);
    }

    /// <summary>Receives a text that <see cref="SendText"/> sent.</summary>
    public static string ReceiveText(this SharedGroup group, int from)
    {
        byte[] length = new byte[sizeof(int)];
        group.Receive(length, from);
        byte[] bytes = new byte[BitConverter.ToInt32(length)];
        group.Receive(bytes, from);
        return Encoding.UTF8.GetString(bytes);
    }
}
