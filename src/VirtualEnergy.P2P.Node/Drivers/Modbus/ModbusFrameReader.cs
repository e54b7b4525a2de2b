using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Node.Drivers.Modbus;

/// <summary>One message over TCP.</summary>
/// <param name="Transaction">Chosen by the client, repeated by the server.</param>
/// <param name="Unit">The device behind a gateway.</param>
/// <param name="Pdu">Function code and data, 1 to 253 bytes.</param>
public readonly record struct ModbusFrame(ushort Transaction, byte Unit, ReadOnlyMemory<byte> Pdu)
{
    /// <summary>Transaction, protocol, length and unit: the MBAP header.</summary>
    public const int HeaderBytes = 7;

    public const int MostPduBytes = 253;

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + Pdu.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Transaction);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(Pdu.Length + 1));
        bytes[6] = Unit;
        Pdu.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }
}

/// <summary>
/// Cuts a stream of bytes into messages, however TCP has split or joined them. Holds at most one message; a stream that is not Modbus is
/// named at its first wrong header, since nothing after that can be trusted.
/// </summary>
public sealed class ModbusFrameReader
{
    private readonly byte[] _buffer = new byte[ModbusFrame.HeaderBytes + ModbusFrame.MostPduBytes];
    private int _length;

    /// <summary>Bytes of a message that is not whole yet.</summary>
    public int Waiting => _length;

    /// <summary>Takes bytes up to the end of the next message.</summary>
    /// <param name="bytes">What came; shortened by what was taken.</param>
    /// <param name="frame">The message, where it is whole now.</param>
    /// <returns>Whether it is; when not, all bytes were taken.</returns>
    /// <exception cref="ModbusException">The header cannot be one of Modbus TCP.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out ModbusFrame frame)
    {
        frame = default;
        if (!Fill(ref bytes, ModbusFrame.HeaderBytes))
        {
            return false;
        }

        var protocol = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(2));
        var length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(4));
        if (protocol != 0 || length is < 2 or > ModbusFrame.MostPduBytes + 1)
        {
            throw new ModbusException($"Not Modbus TCP: protocol {protocol}, length {length}; 0 and 2 to {ModbusFrame.MostPduBytes + 1} are");
        }

        var whole = ModbusFrame.HeaderBytes + length - 1;
        if (!Fill(ref bytes, whole))
        {
            return false;
        }

        frame = new ModbusFrame(BinaryPrimitives.ReadUInt16BigEndian(_buffer), _buffer[6], _buffer.AsSpan(ModbusFrame.HeaderBytes, length - 1).ToArray());
        _length = 0;
        return true;
    }

    private bool Fill(ref ReadOnlySpan<byte> bytes, int upTo)
    {
        var take = Math.Min(Math.Max(0, upTo - _length), bytes.Length);
        bytes[..take].CopyTo(_buffer.AsSpan(_length));
        bytes = bytes[take..];
        _length += take;
        return _length >= upTo;
    }
}
