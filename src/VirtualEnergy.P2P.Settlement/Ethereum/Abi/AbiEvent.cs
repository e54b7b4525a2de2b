using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>An event of a contract: finds and reads its logs.</summary>
public sealed class AbiEvent
{
    /// <summary>A log has four topics; a named event spends the first on its signature.</summary>
    private const int MostTopics = 4;

    private readonly ImmutableArray<AbiParameter> _parameters;
    private readonly ImmutableArray<AbiType> _data;
    private readonly ImmutableArray<AbiType> _topics;

    /// <param name="signature">
    /// <c>Settled(uint64 indexed period, bytes32 root)</c>; names are optional, <c>indexed</c> is not, nor is <c>anonymous</c>
    /// at the end of an event that has it.
    /// </param>
    /// <exception cref="FormatException">Not a signature, or more indexed parameters than a log has topics.</exception>
    public AbiEvent(string signature)
    {
        (Name, _parameters, IsAnonymous) = AbiSignatureReader.ReadEvent(signature);
        _data = [.. _parameters.Where(parameter => !parameter.IsIndexed).Select(parameter => parameter.Type)];
        _topics = [.. _parameters.Where(parameter => parameter.IsIndexed).Select(parameter => parameter.Type)];
        CanonicalSignature = Name + new AbiTuple([.. _parameters.Select(parameter => parameter.Type)]).Name;
        Topic = Keccak256.Hash(CanonicalSignature);
        if (_topics.Length + FirstTopic > MostTopics)
        {
            throw new FormatException($"{CanonicalSignature} has {_topics.Length} indexed parameters; a log has room for {MostTopics - FirstTopic}.");
        }
    }

    public string Name { get; }

    public string CanonicalSignature { get; }

    /// <summary>Whether its logs do without <see cref="Topic"/>, so that only their contract and shape tell what they are.</summary>
    public bool IsAnonymous { get; }

    /// <summary>The signature's hash: the first topic of its logs, unless it is anonymous.</summary>
    public Hash256 Topic { get; }

    private int FirstTopic => IsAnonymous ? 0 : 1;

    /// <summary>
    /// The values in the order of the parameters. Of an indexed value that is no single word the log holds only the hash:
    /// then the value is that <see cref="Hash256"/>.
    /// </summary>
    /// <exception cref="AbiFormatException">Another event's log, or a malformed one.</exception>
    public object[] Decode(IReadOnlyList<Hash256> topics, ReadOnlySpan<byte> data)
    {
        if (topics.Count != _topics.Length + FirstTopic || (!IsAnonymous && topics[0] != Topic))
        {
            throw new AbiFormatException($"The log is not of {CanonicalSignature}.");
        }

        var fromData = AbiDecoder.Decode(_data, data);
        var values = new object[_parameters.Length];
        var (topic, datum) = (FirstTopic, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _parameters[i].IsIndexed ? AbiTopic.Read(_parameters[i].Type, topics[topic++]) : fromData[datum++];
        }

        return values;
    }

    /// <summary>The topics that a filter asks for: null is any.</summary>
    /// <param name="indexed">Values of the indexed parameters, in their order; null for any, and the rest may be left out.</param>
    /// <exception cref="ArgumentException">Too many values, or one that does not fit its type.</exception>
    public ImmutableArray<Hash256?> TopicsOf(params IReadOnlyList<object?> indexed)
    {
        if (indexed.Count > _topics.Length)
        {
            throw new ArgumentException($"{indexed.Count} values for the {_topics.Length} indexed parameters of {CanonicalSignature}.", nameof(indexed));
        }

        var topics = indexed.Select((value, i) => value is null ? (Hash256?)null : AbiTopic.Of(_topics[i], value));
        return IsAnonymous ? [.. topics] : [Topic, .. topics];
    }

    public override string ToString() => CanonicalSignature;
}
