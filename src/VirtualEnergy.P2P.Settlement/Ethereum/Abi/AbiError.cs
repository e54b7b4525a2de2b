using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>A custom error that a contract reverts with.</summary>
public sealed class AbiError
{
    /// <summary><c>require(…, "reason")</c>.</summary>
    public static readonly AbiError Reason = new("Error(string)");

    /// <summary>A failed assertion, an overflow and the like; the code is in Solidity's documentation, "Panic via assert".</summary>
    public static readonly AbiError Panic = new("Panic(uint256)");

    private readonly ImmutableArray<AbiType> _parameters;

    /// <param name="signature"><c>Overdraft(address member, uint256 missing)</c>; names are optional.</param>
    public AbiError(string signature)
    {
        (Name, var parameters) = AbiSignatureReader.ReadSignature(signature);
        _parameters = [.. parameters.Select(parameter => parameter.Type)];
        CanonicalSignature = Name + new AbiTuple(_parameters).Name;
        Selector = [.. Keccak256.Hash(CanonicalSignature).ToArray()[..AbiFunction.SelectorSize]];
    }

    public string Name { get; }

    public string CanonicalSignature { get; }

    public ImmutableArray<byte> Selector { get; }

    public byte[] Encode(params IReadOnlyList<object> arguments) => [.. Selector, .. AbiEncoder.Encode(_parameters, arguments)];

    /// <summary>False when the data is another error, or not one at all.</summary>
    public bool TryDecode(ReadOnlySpan<byte> data, [NotNullWhen(true)] out object[]? arguments)
    {
        arguments = null;
        if (!data.StartsWith(Selector.AsSpan()))
        {
            return false;
        }

        try
        {
            arguments = AbiDecoder.Decode(_parameters, data[AbiFunction.SelectorSize..]);
            return true;
        }
        catch (AbiFormatException)
        {
            return false;
        }
    }

    public override string ToString() => CanonicalSignature;
}
