using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>A type of Solidity's contract ABI (specification: docs.soliditylang.org, "Contract ABI Specification").</summary>
/// <remarks>
/// Values are plain .NET objects. Read: integers are <see cref="System.Numerics.BigInteger"/>, <c>address</c> is
/// <see cref="Address"/>, <c>bool</c> is bool, <c>bytesN</c>, <c>bytes</c> and <c>function</c> are byte[], <c>string</c> is string, arrays and
/// tuples are object[]. Written: any .NET integer too, and a <see cref="Market.Hash256"/> as <c>bytes32</c>. Missing is
/// <c>fixedMxN</c>: the specification names it, no compiler writes it.
/// </remarks>
public abstract record AbiType
{
    private protected AbiType()
    {
    }

    /// <summary>The canonical name, as it enters a selector: <c>uint256</c>, <c>(address,uint64)[]</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the value lies behind an offset, its size not fixed by the type.</summary>
    public abstract bool IsDynamic { get; }

    /// <summary>Bytes that a static value takes in place.</summary>
    internal abstract int StaticSize { get; }

    /// <summary>Bytes in the head of a sequence: the value itself, or its offset.</summary>
    internal int HeadSize => IsDynamic ? AbiEncoder.Word : StaticSize;

    /// <summary>Reads one type, <c>uint256</c> or <c>(address,uint64)[3]</c>.</summary>
    /// <exception cref="FormatException">No such type.</exception>
    public static AbiType Parse(string text) => AbiSignatureReader.ReadType(text);

    public sealed override string ToString() => Name;
}

/// <summary>uint8 … uint256, int8 … int256.</summary>
public sealed record AbiInteger(int Bits, bool IsSigned) : AbiType
{
    public override string Name => (IsSigned ? "int" : "uint") + Bits;

    public override bool IsDynamic => false;

    internal override int StaticSize => AbiEncoder.Word;
}

public sealed record AbiAddress : AbiType
{
    public override string Name => "address";

    public override bool IsDynamic => false;

    internal override int StaticSize => AbiEncoder.Word;
}

public sealed record AbiBool : AbiType
{
    public override string Name => "bool";

    public override bool IsDynamic => false;

    internal override int StaticSize => AbiEncoder.Word;
}

/// <summary>bytes1 … bytes32.</summary>
public sealed record AbiFixedBytes(int Size) : AbiType
{
    public override string Name => "bytes" + Size;

    public override bool IsDynamic => false;

    internal override int StaticSize => AbiEncoder.Word;
}

/// <summary>A contract's function as a value: its address and its selector, 24 bytes.</summary>
public sealed record AbiFunctionReference : AbiType
{
    internal const int Size = Address.Size + AbiFunction.SelectorSize;

    public override string Name => "function";

    public override bool IsDynamic => false;

    internal override int StaticSize => AbiEncoder.Word;
}

public sealed record AbiBytes : AbiType
{
    public override string Name => "bytes";

    public override bool IsDynamic => true;

    internal override int StaticSize => 0;
}

public sealed record AbiString : AbiType
{
    public override string Name => "string";

    public override bool IsDynamic => true;

    internal override int StaticSize => 0;
}

/// <summary>T[] where the length is null, else T[length], at least one long.</summary>
public sealed record AbiArray(AbiType Element, int? Length) : AbiType
{
    public override string Name => $"{Element.Name}[{Length}]";

    public override bool IsDynamic => Length is null || Element.IsDynamic;

    internal override int StaticSize => checked((Length ?? 0) * Element.StaticSize);
}

public sealed record AbiTuple(ImmutableArray<AbiType> Components) : AbiType
{
    public override string Name => $"({string.Join(',', Components.Select(component => component.Name))})";

    public override bool IsDynamic => Components.Any(component => component.IsDynamic);

    internal override int StaticSize => Components.Sum(component => component.StaticSize);

    public bool Equals(AbiTuple? other) => other is not null && Components.AsSpan().SequenceEqual(other.Components.AsSpan());

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
