using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Node.Drivers.Modbus;

/// <summary>Requests and answers of the four functions that inverters, batteries and meters need (MODBUS Application Protocol Specification V1.1b3, sections 6.3, 6.4, 6.6, 6.12).</summary>
public static class ModbusPdu
{
    public const byte ReadHoldingRegisters = 3;
    public const byte ReadInputRegisters = 4;
    public const byte WriteSingleRegister = 6;
    public const byte WriteMultipleRegisters = 16;

    /// <summary>Set in an answer's function code when it is an exception.</summary>
    public const byte ExceptionBit = 0x80;

    public const int MostRegistersRead = 125;
    public const int MostRegistersWritten = 123;

    /// <param name="function"><see cref="ReadHoldingRegisters"/> or <see cref="ReadInputRegisters"/>.</param>
    public static byte[] Read(byte function, int address, int count)
    {
        Check(address, count, MostRegistersRead);
        var pdu = new byte[5];
        pdu[0] = function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(1), (ushort)address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), (ushort)count);
        return pdu;
    }

    public static byte[] WriteSingle(int address, ushort value)
    {
        Check(address, 1, 1);
        var pdu = new byte[5];
        pdu[0] = WriteSingleRegister;
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(1), (ushort)address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), value);
        return pdu;
    }

    public static byte[] WriteMultiple(int address, ReadOnlySpan<ushort> values)
    {
        Check(address, values.Length, MostRegistersWritten);
        var pdu = new byte[6 + 2 * values.Length];
        pdu[0] = WriteMultipleRegisters;
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(1), (ushort)address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), (ushort)values.Length);
        pdu[5] = (byte)(2 * values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(6 + 2 * i), values[i]);
        }

        return pdu;
    }

    /// <summary>The registers in an answer to a reading request.</summary>
    /// <exception cref="ModbusException">The server refused, by its code, or the answer is not one to this request.</exception>
    public static ushort[] RegistersOf(ReadOnlySpan<byte> request, ReadOnlySpan<byte> answer)
    {
        ThrowIfRefused(request, answer);
        var count = BinaryPrimitives.ReadUInt16BigEndian(request[3..]);
        if (answer.Length != 2 + 2 * count || answer[0] != request[0] || answer[1] != 2 * count)
        {
            throw new ModbusException($"The answer to function {request[0]} has {answer.Length} bytes; {2 + 2 * count} belong to {count} registers");
        }

        var registers = new ushort[count];
        for (var i = 0; i < count; i++)
        {
            registers[i] = BinaryPrimitives.ReadUInt16BigEndian(answer[(2 + 2 * i)..]);
        }

        return registers;
    }

    /// <summary>Checks that an answer confirms what a writing request wrote.</summary>
    /// <exception cref="ModbusException">The server refused, by its code, or confirms something else.</exception>
    public static void CheckWritten(ReadOnlySpan<byte> request, ReadOnlySpan<byte> answer)
    {
        ThrowIfRefused(request, answer);
        if (answer.Length != 5 || !answer.SequenceEqual(request[..5]))
        {
            throw new ModbusException($"The answer to function {request[0]} confirms something else than was written");
        }
    }

    /// <summary>An exception in answer to a request.</summary>
    public static byte[] Refusal(byte function, ModbusFault fault) => [(byte)(function | ExceptionBit), (byte)fault];

    private static void ThrowIfRefused(ReadOnlySpan<byte> request, ReadOnlySpan<byte> answer)
    {
        if (answer.Length == 2 && answer[0] == (request[0] | ExceptionBit))
        {
            throw new ModbusException($"The device refuses function {request[0]} at {BinaryPrimitives.ReadUInt16BigEndian(request[1..])}", answer[1]);
        }
    }

    private static void Check(int address, int count, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(address);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(address + count, 65_536, nameof(address));
    }
}
