using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Reads a bid that is written byte for byte as <see cref="WireFormat.Write(BidMessage)"/> writes one without preferences, as nearly all are:
/// nothing is searched for and nothing made but the bid. Whatever else it meets it leaves to the general reader, which alone says what is wrong.
/// </summary>
internal ref struct CanonicalBid
{
    private const int AddressLength = 42;
    private const int SignatureSize = 65;

    private ReadOnlySpan<byte> _left;

    private CanonicalBid(ReadOnlySpan<byte> payload) => _left = payload;

    /// <param name="payload">Any bytes.</param>
    /// <param name="sender">Only this member's bids are read.</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, MemberId sender, [NotNullWhen(true)] out BidMessage? message)
    {
        message = null;
        var reader = new CanonicalBid(payload);
        if (reader.TrySkip("{\"member\":\""u8) && reader.TrySkip(sender)
            && reader.TrySkip("\",\"period\":"u8) && reader.TryNumber(out var period) && period >= 0
            && reader.TrySkip(",\"number\":"u8) && reader.TryNumber(out var number) && number >= 0
            && reader.TrySkip(",\"buy\":["u8) && reader.TrySteps(out var buy)
            && reader.TrySkip(",\"sell\":["u8) && reader.TrySteps(out var sell)
            && reader.TrySkip(",\"signature\":\"0x"u8) && reader.TrySignature(out var signature)
            && reader._left.SequenceEqual("\"}"u8))
        {
            message = new BidMessage(new Bid(sender, new Period(period), number, buy, sell), signature);
        }

        return message is not null;
    }

    private bool TrySkip(ReadOnlySpan<byte> text)
    {
        if (!_left.StartsWith(text))
        {
            return false;
        }

        _left = _left[text.Length..];
        return true;
    }

    private bool TrySkip(MemberId member)
    {
        if (!Topics.IsMemberAddress(member.Value) || _left.Length < AddressLength || !Ascii.Equals(_left[..AddressLength], member.Value))
        {
            return false;
        }

        _left = _left[AddressLength..];
        return true;
    }

    // As JSON has them: no plus, no zero in front.
    private bool TryNumber(out long number)
    {
        if (!Utf8Parser.TryParse(_left, out number, out var length))
        {
            return false;
        }

        var digits = _left[0] == '-' ? _left[1..length] : _left[..length];
        var isPlain = digits[0] is >= (byte)'1' and <= (byte)'9' || (length == 1 && digits[0] == '0');
        _left = _left[length..];
        return isPlain;
    }

    /// <summary>Steps up to the bracket behind them.</summary>
    private bool TrySteps(out ImmutableArray<Step> steps)
    {
        steps = [];
        if (TrySkip("]"u8))
        {
            return true;
        }

        var some = ImmutableArray.CreateBuilder<Step>(1);
        do
        {
            if (some.Count == Bid.MaxSteps
                || !TrySkip("["u8) || !TryNumber(out var price) || !TrySkip(","u8) || !TryNumber(out var energy) || !TrySkip("]"u8))
            {
                return false;
            }

            some.Add(new Step(new Price(price), new Energy(energy)));
        }
        while (TrySkip(","u8));
        steps = some.DrainToImmutable();
        return TrySkip("]"u8);
    }

    private bool TrySignature(out ImmutableArray<byte> signature)
    {
        signature = [];
        Span<byte> bytes = stackalloc byte[SignatureSize];
        if (_left.Length < 2 * SignatureSize || Convert.FromHexString(_left[..(2 * SignatureSize)], bytes, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        _left = _left[(2 * SignatureSize)..];
        signature = [.. bytes];
        return true;
    }
}
