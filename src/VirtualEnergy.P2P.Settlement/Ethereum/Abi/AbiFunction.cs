using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>A function of a contract: writes calls, reads answers.</summary>
public sealed class AbiFunction
{
    internal const int SelectorSize = 4;

    private readonly ImmutableArray<AbiType> _inputs;
    private readonly ImmutableArray<AbiType> _outputs;

    /// <param name="signature"><c>settle(uint64 period, bytes32 root)</c>; names are optional.</param>
    /// <param name="returns">The types it returns: <c>uint64, bool</c>.</param>
    /// <exception cref="FormatException">Not a signature.</exception>
    public AbiFunction(string signature, string returns = "")
    {
        (Name, var parameters) = AbiSignatureReader.ReadSignature(signature);
        _inputs = [.. parameters.Select(parameter => parameter.Type)];
        _outputs = [.. AbiSignatureReader.ReadSignature($"returns({returns})").Parameters.Select(parameter => parameter.Type)];
        CanonicalSignature = Name + new AbiTuple(_inputs).Name;
        Selector = [.. Keccak256.Hash(CanonicalSignature).ToArray()[..SelectorSize]];
    }

    public string Name { get; }

    /// <summary>Name and types only: what the selector hashes.</summary>
    public string CanonicalSignature { get; }

    /// <summary>The first four bytes of the signature's hash.</summary>
    public ImmutableArray<byte> Selector { get; }

    /// <summary>Call data: selector, then the arguments.</summary>
    public byte[] Encode(params IReadOnlyList<object> arguments) => [.. Selector, .. AbiEncoder.Encode(_inputs, arguments)];

    /// <summary>A constructor's arguments: what follows the byte code, without a selector.</summary>
    public byte[] EncodeArguments(params IReadOnlyList<object> arguments) => AbiEncoder.Encode(_inputs, arguments);

    /// <exception cref="AbiFormatException">Another function's call data, or not call data.</exception>
    public object[] DecodeCall(ReadOnlySpan<byte> data) =>
        data.StartsWith(Selector.AsSpan())
            ? AbiDecoder.Decode(_inputs, data[SelectorSize..])
            : throw new AbiFormatException($"The data is not a call of {CanonicalSignature}.");

    /// <exception cref="AbiFormatException">Not what the function returns; an empty answer often means no contract lives there.</exception>
    public object[] DecodeResult(ReadOnlySpan<byte> data) => AbiDecoder.Decode(_outputs, data);

    public override string ToString() => CanonicalSignature;
}
