using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Iec104.Frames;

/// <summary>The three formats of a frame.</summary>
public enum FrameFormat
{
    /// <summary>Numbered transfer of an ASDU.</summary>
    I,

    /// <summary>Acknowledgement alone.</summary>
    S,

    /// <summary>Start, stop and test; unnumbered.</summary>
    U,
}

/// <summary>What a U frame asks or confirms; the value is the first octet of its control field.</summary>
public enum LinkFunction : byte
{
    None = 0,
    StartActivation = 0x07,
    StartConfirmation = 0x0B,
    StopActivation = 0x13,
    StopConfirmation = 0x23,
    TestActivation = 0x43,
    TestConfirmation = 0x83,
}

/// <summary>The control information of a frame: 0x68, the length, and four octets that are of format I, S or U.</summary>
/// <remarks>Modelled on IEC 60870-5-104, 5.1; built by its three factories only, so that no field contradicts another.</remarks>
public readonly record struct Apci
{
    /// <summary>Octets of the control information itself.</summary>
    public const int Size = 6;

    /// <summary>The longest frame, its start and length octets included.</summary>
    public const int MaxFrame = 2 + MaxLength;

    /// <summary>The longest ASDU in a frame.</summary>
    public const int MaxAsdu = MaxLength - MinLength;

    internal const byte Start = 0x68;
    internal const int MinLength = 4;
    internal const int MaxLength = 253;

    private Apci(FrameFormat format, SequenceNumber send, SequenceNumber receive, LinkFunction function)
    {
        Format = format;
        Send = send;
        Receive = receive;
        Function = function;
    }

    public FrameFormat Format { get; }

    /// <summary>N(S), of an I frame; else 0.</summary>
    public SequenceNumber Send { get; }

    /// <summary>N(R), of an I or S frame: the number that is awaited next, which acknowledges all before it; else 0.</summary>
    public SequenceNumber Receive { get; }

    /// <summary>Of a U frame; else <see cref="LinkFunction.None"/>.</summary>
    public LinkFunction Function { get; }

    public static Apci Information(SequenceNumber send, SequenceNumber receive) => new(FrameFormat.I, send, receive, default);

    public static Apci Supervisory(SequenceNumber receive) => new(FrameFormat.S, default, receive, default);

    public static Apci Unnumbered(LinkFunction function) => IsFunction((byte)function)
        ? new(FrameFormat.U, default, default, function)
        : throw new ArgumentOutOfRangeException(nameof(function), function, "A U frame has exactly one of the six functions.");

    /// <summary>Reads a whole frame as <see cref="Framer"/> cuts it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out Apci apci, out FrameFault fault)
    {
        apci = default;
        if (frame.Length < Size || frame.Length != frame[1] + 2)
        {
            fault = FrameFault.TooShort;
            return false;
        }

        var (first, second) = (BinaryPrimitives.ReadUInt16LittleEndian(frame[2..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]));
        fault = Fault(frame, first, second);
        if (fault != FrameFault.None)
        {
            return false;
        }

        apci = (first & 3) switch
        {
            1 => Supervisory(new SequenceNumber(second >> 1)),
            3 => Unnumbered((LinkFunction)first),
            _ => Information(new SequenceNumber(first >> 1), new SequenceNumber(second >> 1)),
        };
        return true;
    }

    /// <summary>Writes the six octets.</summary>
    /// <param name="asduLength">Octets that follow: 1 to 249 in an I frame, else 0.</param>
    public void Write(Span<byte> target, int asduLength)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(asduLength is > 0 and <= MaxAsdu, Format == FrameFormat.I);
        target[0] = Start;
        target[1] = (byte)(MinLength + (Format == FrameFormat.I ? asduLength : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)(Format switch { FrameFormat.I => Send.Value << 1, FrameFormat.S => 1, _ => (byte)Function }));
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], (ushort)(Receive.Value << 1));
    }

    private static FrameFault Fault(ReadOnlySpan<byte> frame, ushort first, ushort second)
    {
        var bare = frame.Length == Size;
        return (first & 3) switch
        {
            1 => first != 1 || (second & 1) != 0 ? FrameFault.ReservedBits : bare ? FrameFault.None : FrameFault.UnexpectedAsdu,
            3 => !IsFunction(first) ? FrameFault.UnknownFunction : second != 0 ? FrameFault.ReservedBits : bare ? FrameFault.None : FrameFault.UnexpectedAsdu,
            _ => (second & 1) != 0 ? FrameFault.ReservedBits : bare ? FrameFault.MissingAsdu : FrameFault.None,
        };
    }

    private static bool IsFunction(ushort octets) => octets is 0x07 or 0x0B or 0x13 or 0x23 or 0x43 or 0x83;
}
