using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>When sessions are planned, ten minutes before their gates. CET is UTC + 1.</summary>
public sealed class MarketSessionsTests
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 12, 2));

    [Fact]
    public void The_day_is_planned_before_the_gate_of_the_day_before()
    {
        var gate = new DateTimeOffset(2026, 12, 1, 16, 0, 0, TimeSpan.Zero);
        Assert.DoesNotContain(Due("it-msd", gate.AddMinutes(-10).AddTicks(-1)), session => session.Freezes);
        var session = Assert.Single(Due("it-msd", gate.AddMinutes(-10)), session => session.Freezes);
        Assert.Equal((Day, 96), (session.Day, session.Periods.Length));
        Assert.DoesNotContain(Due("it-msd", gate), session => session.Freezes);
    }

    [Fact]
    public void Each_period_is_looked_at_again_before_its_own_gate()
    {
        // MB closes an hour before the period: that of noon is due from 10:50 on, and at 11:00 it is over.
        var noon = new DateTimeOffset(2026, 12, 2, 11, 0, 0, TimeSpan.Zero);
        var period = PeriodGrid.QuarterHour.At(noon);
        Assert.Empty(Due("it-msd", noon.AddMinutes(-70).AddTicks(-1)));
        var session = Assert.Single(Due("it-msd", noon.AddMinutes(-70)));
        Assert.Equal(("MB", Day, false), (session.Name, session.Day, session.Freezes));
        Assert.Equal([period], session.Periods);
        Assert.Equal([period], Assert.Single(Due("it-msd", noon.AddHours(-1).AddTicks(-1))).Periods);
        Assert.Empty(Due("it-msd", noon.AddHours(-1)));
    }

    [Fact]
    public void Where_gates_follow_periods_only_the_day_is_planned_before_its_first()
    {
        // eu-mfrr: 25 minutes before midnight, 22:35 UTC. What the day's plan offers each period's own session looks at again.
        var due = Due("eu-mfrr", new DateTimeOffset(2026, 12, 1, 22, 25, 0, TimeSpan.Zero));
        Assert.Equal([(true, 96), (false, 1)], due.Select(session => (session.Freezes, session.Periods.Length)));
    }

    [Fact]
    public void A_lead_longer_than_a_period_has_several_of_them_due() =>
        Assert.Equal(4, new MarketSessions(ShippedProfiles.Get("it-msd"), TimeSpan.FromHours(1)).Due(new DateTimeOffset(2026, 12, 2, 9, 1, 0, TimeSpan.Zero)).Count());

    private static List<DueSession> Due(string profile, DateTimeOffset now) => [.. new MarketSessions(ShippedProfiles.Get(profile), TimeSpan.FromMinutes(10)).Due(now)];
}
