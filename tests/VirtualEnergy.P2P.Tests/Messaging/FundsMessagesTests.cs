using System.Collections.Immutable;
using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class FundsMessagesTests
{
    private static readonly Gen<long> NotNegative = Gen.Long[0, long.MaxValue];

    private static readonly Gen<ImmutableArray<byte>> Signature = Gen.Byte.Array[65].Select(bytes => bytes.ToImmutableArray());

    private static readonly Gen<Mandate> Mandates = Gen.Select(MessageGens.Member, Gen.ULong, Gen.OneOf(Gen.ULong, Gen.Const(Mandate.Unlimited)), (member, number, most) => new Mandate(member, number, most));

    private static readonly Gen<FundsNotice> Notices = Gen.Select(
        Gen.Select(MessageGens.Member, NotNegative, Gen.Bool), Gen.Enum<FundsLevel>(), Gen.Long, NotNegative, Gen.Select(NotNegative, NotNegative, Gen.Long[-1, long.MaxValue]), Gen.ULong,
        (head, level, available, rate, amounts, number) => new FundsNotice(
            head.Item1, new Period(head.Item2),
            new FundsOutlook(level, new Money(available), new Money(rate), amounts.Item3 < 0 ? null : amounts.Item3, new Money(amounts.Item1)),
            head.Item3 ? new Mandate(head.Item1, number, number / 2) : null, new Money(amounts.Item2)));

    [Fact]
    public void Every_mandate_comes_back_as_it_was_written() => Gen.Select(Mandates, Signature).Sample((mandate, signature) =>
        WireFormat.TryReadMandate(WireFormat.Write(new MandateMessage(mandate, signature)), mandate.Member, out var read, out _) && read == new MandateMessage(mandate, signature));

    [Fact]
    public void Every_receipt_comes_back_as_it_was_written() => Gen.Select(Mandates, Signature, Gen.Bool).Sample((mandate, signature, accepted) =>
    {
        var receipt = accepted
            ? new MandateReceipt(mandate.Member, mandate.Number, true, null, null, signature)
            : new MandateReceipt(mandate.Member, mandate.Number, false, "stale-number", "Number 1 is not higher than the last one, 2.", []);
        return WireFormat.TryReadMandateReceipt(WireFormat.Write(receipt), out var read, out _) && read == receipt;
    });

    [Fact]
    public void Every_notice_comes_back_as_it_was_written() =>
        Notices.Sample(notice => WireFormat.TryReadFundsNotice(WireFormat.Write(notice), out var read, out _) && read == notice);

    [Theory]
    [InlineData("""{"member":"MEMBER","number":1,"mostMicroEurPerDay":-1,"signature":"SIGNATURE"}""", "mostMicroEurPerDay must be an integer from 0")]
    [InlineData("""{"member":"MEMBER","number":1.5,"signature":"SIGNATURE"}""", "number must be an integer from 0")]
    [InlineData("""{"member":"MEMBER","number":18446744073709551616,"signature":"SIGNATURE"}""", "number must be an integer from 0")]
    [InlineData("""{"member":"MEMBER","number":1,"number":2,"signature":"SIGNATURE"}""", "each field once")]
    [InlineData("""{"member":"MEMBER","signature":"SIGNATURE"}""", "number is missing")]
    [InlineData("""{"member":"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","number":1,"signature":"SIGNATURE"}""", "is not the member of the topic")]
    [InlineData("[]", "Not a JSON object")]
    public void A_mandate_that_does_not_say_what_it_must_is_refused_with_the_field(string json, string expected)
    {
        var member = new MemberId("0x" + new string('a', 40));
        var payload = json.Replace("MEMBER", member.Value, StringComparison.Ordinal).Replace("SIGNATURE", "0x" + new string('1', 130), StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadMandate(Encoding.UTF8.GetBytes(payload), member, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_reading_does_not_fail() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        WireFormat.TryReadMandate(bytes, null, out _, out _);
        WireFormat.TryReadMandateReceipt(bytes, out _, out _);
        WireFormat.TryReadFundsNotice(bytes, out _, out _);
    });
}
