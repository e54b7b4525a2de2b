using System.Security.Cryptography;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Random UUIDs, version 4 of RFC 9562, from a source of chance that is given.</summary>
internal static class Uuid
{
    public static Guid From(RandomNumberGenerator random)
    {
        var bytes = new byte[16];
        random.GetBytes(bytes);
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
