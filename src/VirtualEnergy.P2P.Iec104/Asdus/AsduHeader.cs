using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>The six octets before the objects, as they were received: type and cause may be ones that nobody knows.</summary>
/// <param name="TypeNumber">The type's number; <see cref="Type"/> when this library speaks it.</param>
/// <param name="IsSequence">SQ: only the first object's address is sent, the others follow it.</param>
/// <param name="Count">Objects, 0 to 127.</param>
/// <param name="AddressNumber">The common address, 0 included, which no station has.</param>
public readonly record struct AsduHeader(byte TypeNumber, bool IsSequence, int Count, CauseOfTransmission Cause, ushort AddressNumber)
{
    /// <summary>Octets, with the sizes that 104 fixes: cause 2, common address 2; an object's address takes 3 more.</summary>
    public const int Size = 6;

    internal const int ObjectAddressSize = 3;

    public AsduType Type => (AsduType)TypeNumber;

    public static bool TryRead(ReadOnlySpan<byte> asdu, out AsduHeader header)
    {
        header = asdu.Length < Size
            ? default
            : new AsduHeader(asdu[0], (asdu[1] & 0x80) != 0, asdu[1] & 0x7F, CauseOfTransmission.Read(asdu[2..]), BinaryPrimitives.ReadUInt16LittleEndian(asdu[4..]));
        return asdu.Length >= Size;
    }
}
