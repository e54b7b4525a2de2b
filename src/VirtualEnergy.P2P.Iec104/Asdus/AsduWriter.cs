using System.Buffers.Binary;
using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>Writes an ASDU into memory of the caller's, object by object, as many as find room.</summary>
public ref struct AsduWriter
{
    /// <summary>The most objects that an ASDU counts.</summary>
    public const int MaxCount = 127;

    private readonly Span<byte> _target;
    private readonly AsduType _type;
    private readonly bool _sequence;
    private int _length;
    private int _count;
    private int _next;

    /// <param name="target">At least 249 octets for the longest ASDU; less limits it.</param>
    /// <param name="sequence">SQ: objects whose addresses follow each other, of a monitored type without time tags.</param>
    public AsduWriter(Span<byte> target, AsduType type, CauseOfTransmission cause, CommonAddress address, bool sequence = false)
    {
        if (!type.IsKnown() || (sequence && !MaySequence(type)))
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, sequence ? "This type is not sent as a sequence." : "Not a type of this library.");
        }

        if (!cause.IsDefined || address.Value == 0)
        {
            throw new ArgumentException("A cause and a common address are needed.", nameof(cause));
        }

        _target = target.Length > Apci.MaxAsdu ? target[..Apci.MaxAsdu] : target;
        _type = type;
        _sequence = sequence;
        _length = AsduHeader.Size;
        _target[0] = (byte)type;
        _target[1] = (byte)(sequence ? 0x80 : 0);
        cause.Write(_target[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(_target[4..], address.Value);
    }

    public readonly int Count => _count;

    /// <summary>The ASDU so far; without an object it is none yet.</summary>
    public readonly ReadOnlySpan<byte> Written => _target[.._length];

    /// <returns>False, and nothing written, when there is no room or, in a sequence, when the address is not the next one.</returns>
    /// <exception cref="ArgumentException">An object of another type.</exception>
    public bool TryAdd(in InformationObject item)
    {
        if (item.Type != _type)
        {
            throw new ArgumentException($"An object of type {item.Type} in an ASDU of type {_type}.", nameof(item));
        }

        var addressed = !_sequence || _count == 0;
        var size = _type.ElementSize() + (addressed ? AsduHeader.ObjectAddressSize : 0);
        if (_count == (_type.IsMonitored() ? MaxCount : 1) || _length + size > _target.Length || (!addressed && item.Address.Value != _next))
        {
            return false;
        }

        if (addressed)
        {
            item.Address.Write(_target[_length..]);
            _length += AsduHeader.ObjectAddressSize;
        }

        ElementCodec.Write(_target[_length..], item);
        _length += _type.ElementSize();
        _next = item.Address.Value + 1;
        _count++;
        _target[1] = (byte)((_sequence ? 0x80 : 0) | _count);
        return true;
    }

    /// <summary>An ASDU with one object.</summary>
    public static byte[] Single(in InformationObject item, CauseOfTransmission cause, CommonAddress address)
    {
        var writer = new AsduWriter(stackalloc byte[Apci.MaxAsdu], item.Type, cause, address);
        writer.TryAdd(item);
        return writer.Written.ToArray();
    }

    internal static bool MaySequence(AsduType type) => type.IsMonitored() && !type.IsTimed();
}
