using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Tests.Flexibility;
using VirtualEnergy.P2P.Tests.Flexibility.Planning;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Balancing;

/// <summary>Homes with everything, of which half of what they can in their first hour is promised; then they are asked again, for spans of an hour.</summary>
public sealed class HeadroomOfferTests
{
    private static readonly FlexibilityTerms Terms = new(FlexibilityExamples.Bsp, 1, HoldingPeriods: 4, Spans: 24, ConfidencePermille: 500, TelemetrySeconds: 4);
    private static readonly FlexibilityConsent Consent = new(FlexibilityExamples.Bsp, Up: true, Down: true, default, default);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_offered_beside_a_promise_is_held_whether_the_promise_is_called_or_not(bool up)
    {
        var (calculator, offers) = (new HeadroomCalculator(), 0);
        for (var seed = 0; seed < 6; seed++)
        {
            var home = PlanningAgentTests.Home(seed);
            var agent = Agent(home);
            if (Promise(agent, calculator, up) is not { } first)
            {
                continue;
            }

            agent.Commit(first.In(isCalled: false));
            var ahead = agent.Ahead(Homes.At(0));
            var spans = HeadroomOffer.Spans(calculator, ahead, Terms, Consent, Homes.Rules.Grid, new StandingPromises(Homes.At(4), up, !up));

            // Nothing in the promise's hour, and nothing the other way.
            Assert.All(spans, span => Assert.True(span.First >= Homes.At(4) && (up ? span.Down : span.Up).IsEmpty));
            foreach (var span in spans.Where((_, index) => index % 4 == 0))
            {
                offers++;
                var from = (int)(span.First.Index - Homes.At(0).Index);
                var watts = up ? -span.Up.Sum(step => step.Watts) : span.Down.Sum(step => step.Watts);
                var second = new Promised(from, watts / 4, [.. Enumerable.Range(from, 4).Select(t => (long)Math.Round(ahead.Program[t]))]);
                foreach (var isCalled in new[] { true, false })
                {
                    // The first hour runs with the order or without; then the second order comes, and is held.
                    var running = Agent(home);
                    running.Commit(period => first.In(isCalled)(period) ?? second.In(isCalled: true)(period));
                    for (var t = 0; t < from; t++)
                    {
                        _ = running.Deliver(Homes.At(t), null, Energy.Zero);
                    }

                    for (var t = from; t < from + 4; t++)
                    {
                        var due = second.Program[t - from] + second.Change;
                        Assert.InRange(running.Deliver(Homes.At(t), null, Energy.Zero).Net.WattHours, due - 2, due + 2);
                    }
                }
            }
        }

        Assert.True(offers >= 12, $"{offers} offers");
    }

    [Fact]
    public void Beside_promises_both_ways_nothing_is_offered()
    {
        var ahead = Agent(PlanningAgentTests.Home(1)).Ahead(Homes.At(0));
        Assert.Empty(HeadroomOffer.Spans(new HeadroomCalculator(), ahead, Terms, Consent, Homes.Rules.Grid, new StandingPromises(Homes.At(4), Up: true, Down: true)));
        Assert.NotEmpty(HeadroomOffer.Spans(new HeadroomCalculator(), ahead, Terms, Consent, Homes.Rules.Grid, null));
    }

    private static PlanningAgent Agent(PlannedHome home) =>
        new(home, Homes.Rules, Tariff, new HomePlanner(), now => PlanningAgentTests.Known(home, now, [])) { KeepsAhead = true };

    private static Promised? Promise(PlanningAgent agent, HeadroomCalculator calculator, bool up)
    {
        var ahead = agent.Ahead(Homes.At(0));
        var headroom = calculator.Of(ahead, [new HoldingSpan(0, 4)])[0];
        var watts = up ? -headroom.Up.Watts / 2 : headroom.Down.Watts / 2;
        return watts == 0 ? null : new Promised(0, watts / 4, [.. Enumerable.Range(0, 4).Select(t => (long)Math.Round(ahead.Program[t]))]);
    }

    /// <param name="From">The first of its four periods.</param>
    /// <param name="Change">Wh a period.</param>
    private sealed record Promised(int From, long Change, long[] Program)
    {
        public Func<Period, Commitment?> In(bool isCalled) => period => period.Index - Homes.At(From).Index is var t and >= 0 and < 4
            ? new Commitment(new Energy(Program[t]), new Energy(Change), isCalled ? new Energy(Change) : null) : null;
    }
}
