using System.Collections.Immutable;
using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class SuggestionMessagesTests
{
    private const string Head = """{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"starts":[""";
    private const string Start = """{"device":"dryer","soonest":2,"best":3,"energyWh":4,"savingMicroEur":5}""";
    private static readonly string Tail = $$"""],"signature":"0x{{new string('1', 130)}}"}""";

    private static readonly Gen<SuggestedStart> Starts =
        from device in Gen.OneOf(Gen.Const("washing machine"), Gen.Const("Geschirrspüler"), Gen.Const("مجفف"), Gen.Const("<b>"))
        from soonest in Gen.Long[0, 1L << 40]
        from wait in Gen.Long[0, 96]
        from energy in Gen.Long[0, 1_000_000]
        from saving in Gen.Long[0, 1_000_000_000]
        select new SuggestedStart(device, new Period(soonest), new Period(soonest + wait), new Energy(energy), new Money(saving));

    [Fact]
    public void What_is_written_is_read_back() => Starts.Array[0, SuggestedStarts.Most].Sample(starts =>
    {
        var written = new Signed<SuggestedStarts>(new SuggestedStarts(new MemberId("0x" + new string('a', 40)), new Period(7), [.. starts]), [.. Enumerable.Repeat((byte)3, 65)]);
        return WireFormat.TryReadSuggestedStarts(WireFormat.Write(written), out var read, out _)
            && read.Content.Starts.SequenceEqual(written.Content.Starts) && read.Content.Member == written.Content.Member && read.Content.At == written.Content.At
            && read.Signature.SequenceEqual(written.Signature);
    });

    [Theory]
    [InlineData("""{"device":"dryer","soonest":2,"best":1,"energyWh":4,"savingMicroEur":5}""", "starts[0].best must be an integer from 2")]
    [InlineData("""{"device":"dryer","soonest":2,"best":3,"energyWh":4,"savingMicroEur":-5}""", "starts[0].savingMicroEur must be an integer from 0")]
    [InlineData("""{"device":"dryer","soonest":2,"best":3,"energyWh":1e308,"savingMicroEur":5}""", "starts[0].energyWh must be an integer from 0")]
    [InlineData("""{"soonest":2,"best":3,"energyWh":4,"savingMicroEur":5}""", "starts[0].device is missing")]
    [InlineData("7", "starts[0] must be an object")]
    public void A_start_that_cannot_be_is_refused_with_its_place(string start, string error)
    {
        Assert.False(WireFormat.TryReadSuggestedStarts(Encoding.UTF8.GetBytes(Head + start + Tail), out _, out var said));
        Assert.StartsWith(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_sixteen_are_refused()
    {
        byte[] Of(int count) => Encoding.UTF8.GetBytes(Head + string.Join(',', Enumerable.Repeat(Start, count)) + Tail);
        Assert.True(WireFormat.TryReadSuggestedStarts(Of(16), out _, out _));
        Assert.False(WireFormat.TryReadSuggestedStarts(Of(17), out _, out var said));
        Assert.Equal("starts must have at most 16 elements.", said);
    }
}
