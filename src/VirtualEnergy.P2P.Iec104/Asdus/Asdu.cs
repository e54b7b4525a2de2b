namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>An ASDU that was received and found right as a whole; reading its objects allocates nothing and cannot fail.</summary>
/// <remarks>It is a view of the bytes it was read from and lives no longer than they do.</remarks>
public readonly ref struct Asdu
{
    private readonly AsduHeader _header;

    private Asdu(AsduHeader header, ReadOnlySpan<byte> octets)
    {
        _header = header;
        Octets = octets;
    }

    public AsduType Type => _header.Type;

    public CauseOfTransmission Cause => _header.Cause;

    public CommonAddress Address => new(_header.AddressNumber);

    /// <summary>How many objects: 1 to 127.</summary>
    public int Count => _header.Count;

    /// <summary>SQ: the objects' addresses follow each other.</summary>
    public bool IsSequence => _header.IsSequence;

    /// <summary>All of it, as received.</summary>
    public ReadOnlySpan<byte> Octets { get; }

    /// <summary>Checks everything: type, cause, addresses, count against length, and each object.</summary>
    /// <param name="octets">What stands in an I frame behind its control information.</param>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Asdu asdu, out AsduFault fault)
    {
        asdu = default;
        fault = AsduHeader.TryRead(octets, out var header) ? CheckHeader(header, octets.Length) : AsduFault.TooShort;
        if (fault != AsduFault.None)
        {
            return false;
        }

        var objects = new Enumerator(header, octets);
        while (objects.MoveNext(out fault))
        {
        }

        asdu = fault == AsduFault.None ? new Asdu(header, octets) : default;
        return fault == AsduFault.None;
    }

    public Enumerator GetEnumerator() => new(_header, Octets);

    private static AsduFault CheckHeader(in AsduHeader header, int length)
    {
        var (type, count, element) = (header.Type, header.Count, header.Type.ElementSize());
        var expected = AsduHeader.Size + (header.IsSequence
            ? AsduHeader.ObjectAddressSize + count * element
            : count * (AsduHeader.ObjectAddressSize + element));
        return !type.IsKnown() ? AsduFault.UnknownType
            : !header.Cause.IsDefined ? AsduFault.UnknownCause
            : header.AddressNumber == 0 ? AsduFault.CommonAddress
            : count == 0 || (count > 1 && !type.IsMonitored()) ? AsduFault.Count
            : header.IsSequence && !AsduWriter.MaySequence(type) ? AsduFault.Sequence
            : length != expected ? AsduFault.Length
            : AsduFault.None;
    }

    /// <summary>Goes through the objects in the order they were sent.</summary>
    public ref struct Enumerator
    {
        private readonly AsduHeader _header;
        private ReadOnlySpan<byte> _rest;
        private int _read;
        private int _address;
        private InformationObject _current;

        internal Enumerator(AsduHeader header, ReadOnlySpan<byte> octets)
        {
            _header = header;
            _rest = octets[AsduHeader.Size..];
        }

        public readonly InformationObject Current => _current;

        public bool MoveNext() => MoveNext(out _);

        internal bool MoveNext(out AsduFault fault)
        {
            fault = AsduFault.None;
            if (_read == _header.Count)
            {
                return false;
            }

            if (_header.IsSequence && _read > 0)
            {
                _address++;
            }
            else
            {
                _address = ObjectAddress.Read(_rest).Value;
                _rest = _rest[AsduHeader.ObjectAddressSize..];
            }

            var size = _header.Type.ElementSize();
            fault = _address > ObjectAddress.MaxValue ? AsduFault.Sequence
                : _address != 0 && !_header.Type.IsMonitored() && !_header.Type.IsCommand() ? AsduFault.ObjectAddress
                : ElementCodec.Read(_header.Type, new ObjectAddress(_address), _rest[..size], out _current);
            _rest = _rest[size..];
            _read++;
            return fault == AsduFault.None;
        }
    }
}
