using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class OwnReadingsTests
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly Period Noon = new(1_000);

    private readonly OwnReadings _own = new();

    public OwnReadingsTests() => _own.Sent(Reading(300));

    [Fact]
    public void A_period_settled_by_the_sent_reading_is_right() =>
        Assert.Null(_own.Objection(Result(300, new MeteredSource(Reading(300), 0, false)), Anna));

    [Fact]
    public void An_estimate_is_wrong_only_where_the_exchange_signed_for_a_reading()
    {
        var estimated = Result(280, new MeteredSource(null, 3, false));
        Assert.Null(_own.Objection(estimated, Anna));
        _own.Receipted(Noon, 2);
        Assert.Null(_own.Objection(estimated, Anna));
        _own.Receipted(Noon, 1);
        Assert.Contains("signed for a reading", _own.Objection(estimated, Anna), StringComparison.Ordinal);
        Assert.Null(_own.Objection(Result(280, new MeteredSource(null, 3, true)), Anna));
    }

    [Fact]
    public void A_number_that_is_not_the_readings_or_a_reading_that_is_not_the_meters_is_named()
    {
        Assert.Contains("says 300 Wh", _own.Objection(Result(310, new MeteredSource(Reading(300), 0, false)), Anna), StringComparison.Ordinal);
        Assert.Contains("another reading 1", _own.Objection(Result(310, new MeteredSource(Reading(310), 0, false)), Anna), StringComparison.Ordinal);
        Assert.Null(_own.Objection(Result(310, new MeteredSource(Reading(310, number: 2), 0, false)), Anna));
    }

    [Fact]
    public void Of_others_and_of_other_periods_it_knows_nothing()
    {
        var wrong = Result(310, new MeteredSource(Reading(300), 0, false));
        Assert.Null(_own.Objection(wrong, new MemberId("0x" + new string('b', 40))));
        Assert.Null(_own.Objection(wrong with { Period = Noon.Next }, Anna));
    }

    private static MeterReading Reading(long import, long number = 1) =>
        new(Anna, Noon, number, new Energy(import), Energy.Zero, Energy.Zero, Energy.Zero, Energy.Zero, [.. new byte[65]]);

    private static DeviationResult Result(long metered, MeteredSource source) => new(
        Noon, default,
        [new PublishedPosition(new SettledPosition(new MeteredPosition(Anna, new Energy(metered), Energy.Zero, Energy.Zero), Energy.Zero), Energy.Zero, source)],
        [], default);
}
