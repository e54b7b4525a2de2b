using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Writes the two messages that every bid makes, a bid without preferences and the receipt of an admitted one, in one go into the bytes that
/// the general writer gives them. What has more to it is left to that one.
/// </summary>
internal ref struct CanonicalWriter
{
    private const int HeadBytes = 512;
    private const int StepBytes = 48;
    private const int SiblingBytes = 72;
    private const int MaxBytes = 4_096;
    private const int SignatureSize = 65;

    private readonly Span<byte> _all;
    private int _used;

    private CanonicalWriter(Span<byte> all) => _all = all;

    /// <summary>False where the bid has preferences, no address for a member or very many steps.</summary>
    public static bool TryWrite(BidMessage message, [NotNullWhen(true)] out byte[]? written)
    {
        var bid = message.Bid;
        var size = HeadBytes + StepBytes * (bid.Buy.Length + bid.Sell.Length);
        written = null;
        if (!bid.Preferences.IsNone || !Topics.IsMemberAddress(bid.Member.Value) || message.Signature.IsDefault || message.Signature.Length != SignatureSize || size > MaxBytes)
        {
            return false;
        }

        var writer = new CanonicalWriter(stackalloc byte[size]);
        writer.Add("{\"member\":\""u8, bid.Member);
        writer.Add("\",\"period\":"u8, bid.Period.Index);
        writer.Add(",\"number\":"u8, bid.Number);
        writer.Add(",\"buy\":["u8, bid.Buy);
        writer.Add("],\"sell\":["u8, bid.Sell);
        writer.Add("],\"signature\":\"0x"u8, message.Signature.AsSpan());
        written = writer.Finish("\"}"u8);
        return true;
    }

    /// <summary>False where the bid was refused, or its member is no address.</summary>
    public static bool TryWrite(BidReceipt receipt, [NotNullWhen(true)] out byte[]? written)
    {
        var size = HeadBytes + SiblingBytes * (receipt.Path.IsDefault ? 0 : receipt.Path.Length);
        written = null;
        if (!receipt.Accepted || receipt.Reason is not null || receipt.Detail is not null || !Topics.IsMemberAddress(receipt.Member.Value)
            || receipt.Signature.IsDefault || receipt.Signature.Length != SignatureSize || size > MaxBytes)
        {
            return false;
        }

        var writer = new CanonicalWriter(stackalloc byte[size]);
        writer.Add("{\"member\":\""u8, receipt.Member);
        writer.Add("\",\"period\":"u8, receipt.Period.Index);
        writer.Add(",\"number\":"u8, receipt.Number);
        writer.Add(",\"bid\":\"0x"u8, receipt.BidHash);
        writer.Add("\",\"accepted\":true"u8);
        if (!receipt.Path.IsDefaultOrEmpty)
        {
            writer.Add(",\"place\":"u8, receipt.Place);
            writer.Add(",\"path\":[\"0x"u8, receipt.Path[0]);
            foreach (var sibling in receipt.Path.AsSpan()[1..])
            {
                writer.Add("\",\"0x"u8, sibling);
            }

            writer.Add("\"]"u8);
        }

        writer.Add(",\"signature\":\"0x"u8, receipt.Signature.AsSpan());
        written = writer.Finish("\"}"u8);
        return true;
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_all[_used..]);
        _used += text.Length;
    }

    private void Add(ReadOnlySpan<byte> name, MemberId member)
    {
        Add(name);
        _used += Encoding.ASCII.GetBytes(member.Value, _all[_used..]);
    }

    private void Add(ReadOnlySpan<byte> name, long number)
    {
        Add(name);
        Utf8Formatter.TryFormat(number, _all[_used..], out var length);
        _used += length;
    }

    private void Add(ReadOnlySpan<byte> name, Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.CopyTo(bytes);
        Add(name, bytes);
    }

    private void Add(ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> bytes)
    {
        Add(name);
        Convert.TryToHexStringLower(bytes, _all[_used..], out var length);
        _used += length;
    }

    private void Add(ReadOnlySpan<byte> name, ImmutableArray<Step> steps)
    {
        Add(name);
        var before = "["u8;
        foreach (var step in steps)
        {
            Add(before, step.Price.MicroEurPerKWh);
            Add(","u8, step.Energy.WattHours);
            Add("]"u8);
            before = ",["u8;
        }
    }

    private byte[] Finish(ReadOnlySpan<byte> end)
    {
        Add(end);
        return _all[.._used].ToArray();
    }
}
