using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>The list of a transaction's fields, each read in its one form: numbers without leading zeros and up to 256 bits.</summary>
internal readonly struct TransactionFields
{
    private const int MaxNumberSize = 32;

    private readonly ImmutableArray<RlpItem> _items;

    private TransactionFields(ImmutableArray<RlpItem> items) => _items = items;

    public int Count => _items.Length;

    /// <exception cref="FormatException">Not RLP, or not a list of that many items.</exception>
    public static TransactionFields Read(ReadOnlySpan<byte> rlp, int count)
    {
        var list = Rlp.Decode(rlp);
        return list.IsList && list.Items.Length == count
            ? new TransactionFields(list.Items)
            : throw new FormatException(list.IsList ? $"{list.Items.Length} fields, not {count}." : "RLP of a string, not of a list.");
    }

    public ImmutableArray<byte> Bytes(int index) =>
        _items[index].IsList ? throw new FormatException($"Field {index} is a list.") : _items[index].Bytes;

    public BigInteger Number(int index)
    {
        var bytes = Bytes(index).AsSpan();
        return bytes.Length <= MaxNumberSize && bytes is not [0, ..]
            ? new BigInteger(bytes, isUnsigned: true, isBigEndian: true)
            : throw new FormatException($"Field {index} is no number: {bytes.Length} bytes{(bytes is [0, ..] ? " with a leading zero" : "")}.");
    }

    public ulong UInt64(int index) =>
        Number(index) is var number && number <= ulong.MaxValue ? (ulong)number : throw new FormatException($"Field {index} is {number}, beyond 64 bits.");

    public Address? Destination(int index) => Bytes(index).AsSpan() switch
    {
        [] => null,
        { Length: Address.Size } bytes => new Address(bytes),
        var bytes => throw new FormatException($"An address has {Address.Size} bytes, not {bytes.Length}."),
    };

    public ImmutableArray<AccessListEntry> AccessList(int index) => [.. ItemsOf(_items[index]).Select(Entry)];

    private static AccessListEntry Entry(RlpItem item) =>
        ItemsOf(item) is [{ IsList: false } account, var slots] && account.Bytes.Length == Address.Size
            ? new AccessListEntry(new Address(account.Bytes.AsSpan()), [.. ItemsOf(slots).Select(Slot)])
            : throw new FormatException("An entry of the access list is not an address and its slots.");

    private static Hash256 Slot(RlpItem item) =>
        !item.IsList && item.Bytes.Length == Hash256.Size ? new Hash256(item.Bytes.AsSpan()) : throw new FormatException("A storage slot has 32 bytes.");

    private static ImmutableArray<RlpItem> ItemsOf(RlpItem item) => item.IsList ? item.Items : throw new FormatException("The access list is not made of lists.");
}
