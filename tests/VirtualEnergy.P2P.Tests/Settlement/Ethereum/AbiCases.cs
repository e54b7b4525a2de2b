using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>Random ABI types, nested up to three deep, each with a random value that fits it.</summary>
internal static class AbiCases
{
    private static Gen<AbiType> Leaves { get; } = Gen.OneOf(
        Gen.Int[1, 32].Select(bytes => (AbiType)new AbiInteger(8 * bytes, IsSigned: false)),
        Gen.Int[1, 32].Select(bytes => (AbiType)new AbiInteger(8 * bytes, IsSigned: true)),
        Gen.Int[1, 32].Select(size => (AbiType)new AbiFixedBytes(size)),
        Gen.Const<AbiType>(new AbiFunctionReference()),
        Gen.Const<AbiType>(new AbiAddress()),
        Gen.Const<AbiType>(new AbiBool()),
        Gen.Const<AbiType>(new AbiBytes()),
        Gen.Const<AbiType>(new AbiString()));

    public static Gen<(AbiType Type, object Value)> TypesWithValues { get; } =
        TypesOfDepth(3).SelectMany(type => ValueOf(type).Select(value => (type, value)));

    private static Gen<AbiType> TypesOfDepth(int depth) => depth == 0
        ? Leaves
        : Gen.OneOf(
            Leaves,
            TypesOfDepth(depth - 1).Select(element => (AbiType)new AbiArray(element, null)),
            Gen.Select(TypesOfDepth(depth - 1), Gen.Int[1, 3], (element, length) => (AbiType)new AbiArray(element, length)),
            TypesOfDepth(depth - 1).Array[1, 4].Select(components => (AbiType)new AbiTuple([.. components])));

    private static Gen<object> ValueOf(AbiType type) => type switch
    {
        AbiInteger(var bits, var isSigned) => Gen.Byte.Array[bits / 8].Select(bytes => (object)new BigInteger(bytes, isUnsigned: !isSigned)),
        AbiFixedBytes(var size) => Gen.Byte.Array[size].Select(bytes => (object)bytes),
        AbiFunctionReference => Gen.Byte.Array[24].Select(bytes => (object)bytes),
        AbiAddress => Gen.Byte.Array[20].Select(bytes => (object)new Address(bytes)),
        AbiBool => Gen.Bool.Select(truth => (object)truth),
        AbiBytes => Gen.Byte.Array[0, 70].Select(bytes => (object)bytes),
        AbiString => Gen.String[Gen.Char['a', 'ÿ'], 0, 40].Select(text => (object)text),
        AbiArray(var element, null) => ValueOf(element).Array[0, 4].Select(items => (object)items),
        AbiArray(var element, var length) => ValueOf(element).Array[length.Value].Select(items => (object)items),
        AbiTuple(var components) => components.Aggregate(
            Gen.Const(Array.Empty<object>()),
            (values, component) => Gen.Select(values, ValueOf(component), (before, value) => before.Append(value).ToArray()),
            values => values.Select(items => (object)items)),
        _ => throw new NotSupportedException(type.Name),
    };
}
