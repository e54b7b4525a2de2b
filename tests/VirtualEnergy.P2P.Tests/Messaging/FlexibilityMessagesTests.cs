using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class FlexibilityMessagesTests
{
    private static readonly MemberId Home = FlexibilityExamples.Home;

    [Fact]
    public void Every_example_is_read_as_its_kind_and_no_other() =>
        Assert.All(FlexibilityExamples.All, example => Assert.Equal((1, (string?)null), FlexibilityExamples.Check(example)));

    [Fact]
    public void Spoilt_payloads_are_read_or_refused_with_a_reason_and_never_throw()
    {
        var (random, good) = (new Random(1), 0);
        for (var i = 0; i < 20_000; i++)
        {
            var payload = FlexibilityExamples.Spoilt(random);
            var (read, wrong) = FlexibilityExamples.Check(payload);
            Assert.True(wrong is null, $"{wrong}: {Convert.ToBase64String(payload)}");
            good += read;
        }

        // Both sides of the readers were reached.
        Assert.InRange(good, 500, 10_000);
    }

    [Fact]
    public void Every_headroom_comes_back_as_it_was_written() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long[0, long.MaxValue], Spans.Array[0, WireFormat.MaxFlexibilitySpans], Gen.Byte.Array[65]).Sample((number, expires, spans, signature) =>
        {
            var message = new Signed<HomeHeadroomOffer>(new HomeHeadroomOffer(Home, FlexibilityExamples.Bsp, number, expires, [.. spans]), [.. signature]);
            var written = WireFormat.Write(message);
            return written.Length <= WireFormat.MaxHeadroomBytes && WireFormat.TryReadHeadroom(written, Home, out var read, out _) && read == message;
        }, iter: 200);

    [Theory]
    [InlineData(1, "\"periods\":4", "\"periods\":13", "spans[0].periods must be an integer from 1 to 12")]
    [InlineData(1, "[800,210000],[1200,232687]", "[800,210000],[1200,209999]", "up[1] must not be cheaper")]
    [InlineData(1, "[800,210000]", "[0,210000]", "up[0][0] must be an integer from 1 to 1000000")]
    [InlineData(1, "[800,210000]", "[800,210000.5]", "up[0][1] must be an integer")]
    [InlineData(1, "[800,210000]", "[800]", "up[0] must be [power in W")]
    [InlineData(1, "[800,210000],[1200,232687]", "[800000,210000],[900000,232687]", "up must not come to more than 1000000 W")]
    [InlineData(1, "\"downReboundWh\":[-450,0,-452]", "\"downReboundWh\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "downReboundWh must have at most 36 entries")]
    [InlineData(1, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "cccccccccccccccccccccccccccccccccccccccc", "member is not the member of the topic")]
    [InlineData(3, "[120,-340,0]", "[]", "energiesWh must have at least 1 entries")]
    [InlineData(3, "120", "120000000", "energiesWh[0] must be an integer from -1000000 to 1000000")]
    [InlineData(4, "\"kind\":\"activate\"", "\"kind\":\"stop\"", "kind must be reserve, activate or release")]
    [InlineData(4, "\"changeWatts\":-1500", "\"changeWatts\":-1000001", "changeWatts must be an integer from -1000000")]
    [InlineData(4, "\"period\":1994833", "\"period\":9223372036854775807", "period must be an integer from 0")]
    [InlineData(6, "\"shortfallWatts\":0", "\"shortfallWatts\":5", "reason must be there exactly when")]
    [InlineData(7, "\"reason\":\"not-offered\",", "", "reason must be there exactly when")]
    [InlineData(9, "\"quality\":\"measured\"", "\"quality\":\"good\"", "quality must be measured, calculated, stale or invalid")]
    [InlineData(9, "\"sequence\":42", "\"sequence\":0", "sequence must be an integer from 1 to 43200")]
    public void What_a_message_may_not_say_is_refused_with_the_field(int example, string good, string bad, string expected)
    {
        var payload = Encoding.UTF8.GetString(FlexibilityExamples.All[example]);
        Assert.Contains(good, payload, StringComparison.Ordinal);
        Assert.Contains(expected, Refusal(example, Encoding.UTF8.GetBytes(payload.Replace(good, bad, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_not_looked_into()
    {
        Assert.Contains("at most 49152", Refusal(1, new byte[49_153]), StringComparison.Ordinal);
        Assert.Contains("at most 512", Refusal(9, new byte[513]), StringComparison.Ordinal);
    }

    [Fact]
    public void Topics_name_the_home_and_its_provider()
    {
        var topics = new Topics("hamlet").Flexibility(FlexibilityExamples.Bsp);
        Assert.True(topics.TryParseHome(topics.Headroom(Home), out var member));
        Assert.Equal(Home, member);
        Assert.False(topics.TryParseHome(topics.Orders(Home), out _));
        Assert.False(topics.TryParseHome(new Topics("hamlet").Flexibility(Home).Headroom(Home), out _));
        Assert.False(topics.TryParseHome(topics.AllHeadroom, out _));
    }

    private static string Refusal(int example, byte[] payload)
    {
        string? error = null;
        var read = example switch
        {
            1 => WireFormat.TryReadHeadroom(payload, Home, out _, out error),
            3 => WireFormat.TryReadProgram(payload, Home, out _, out error),
            4 => WireFormat.TryReadFlexibilityOrder(payload, out _, out error),
            6 or 7 => WireFormat.TryReadFlexibilityReply(payload, Home, out _, out error),
            _ => WireFormat.TryReadTelemetrySample(payload, Home, out _, out error),
        };
        Assert.False(read);
        return error!;
    }

    private static readonly Gen<FlexibilityStep[]> Steps =
        Gen.Select(Gen.Long[1, WireFormat.MaxFlexibilityWatts / WireFormat.MaxFlexibilitySteps], Gen.Long[-1_000_000_000, 1_000_000_000], (watts, price) => new FlexibilityStep(watts, new Price(price)))
            .Array[0, WireFormat.MaxFlexibilitySteps];

    private static readonly Gen<long[]> Hours = Gen.Long[-WireFormat.MaxFlexibilityWatts, WireFormat.MaxFlexibilityWatts].Array[0, WireFormat.MaxReboundHours];

    private static readonly Gen<FlexibilitySpan> Spans = Gen.Select(
        Gen.Long[0, 9_000_000_000_000], Gen.Int[1, WireFormat.MaxHoldingPeriods], Steps, Steps, Gen.Select(Hours, Hours),
        (first, periods, up, down, rebound) => new FlexibilitySpan(
            new Period(first), periods, [.. up.OrderBy(step => step.Price)], [.. down.OrderByDescending(step => step.Price)], [.. rebound.Item1], [.. rebound.Item2]));
}
