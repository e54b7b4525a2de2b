using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>An event of a contract: finds and reads its logs.</summary>
public sealed class AbiEvent
{
    private readonly ImmutableArray<AbiParameter> _parameters;
    private readonly ImmutableArray<AbiType> _data;

    /// <param name="signature"><c>Settled(uint64 indexed period, bytes32 root)</c>; names are optional, <c>indexed</c> is not.</param>
    public AbiEvent(string signature)
    {
        (Name, _parameters) = AbiSignatureReader.ReadSignature(signature);
        _data = [.. _parameters.Where(parameter => !parameter.IsIndexed).Select(parameter => parameter.Type)];
        CanonicalSignature = Name + new AbiTuple([.. _parameters.Select(parameter => parameter.Type)]).Name;
        Topic = Keccak256.Hash(CanonicalSignature);
    }

    public string Name { get; }

    public string CanonicalSignature { get; }

    /// <summary>The first topic of its logs: the signature's hash.</summary>
    public Hash256 Topic { get; }

    /// <summary>
    /// The values in the order of the parameters. Of an indexed value that is no single word the log holds only the hash:
    /// then the value is that <see cref="Hash256"/>.
    /// </summary>
    /// <exception cref="AbiFormatException">Another event's log, or a malformed one.</exception>
    public object[] Decode(IReadOnlyList<Hash256> topics, ReadOnlySpan<byte> data)
    {
        if (topics.Count == 0 || topics[0] != Topic || topics.Count - 1 != _parameters.Length - _data.Length)
        {
            throw new AbiFormatException($"The log is not of {CanonicalSignature}.");
        }

        var fromData = AbiDecoder.Decode(_data, data);
        var values = new object[_parameters.Length];
        var (topic, datum) = (1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _parameters[i].IsIndexed ? FromTopic(_parameters[i].Type, topics[topic++]) : fromData[datum++];
        }

        return values;
    }

    private static object FromTopic(AbiType type, Hash256 topic) =>
        type is AbiInteger or AbiAddress or AbiBool or AbiFixedBytes ? AbiDecoder.DecodeWord(type, topic.ToArray()) : topic;

    public override string ToString() => CanonicalSignature;
}
