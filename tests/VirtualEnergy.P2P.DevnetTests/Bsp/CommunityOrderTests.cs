using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>From homes' own forecasts to the settled order, over MQTT.</summary>
public sealed class CommunityOrderTests
{
    private static readonly UnitId Unit = new(CommunityBed.Unit);

    [Fact]
    public async Task What_homes_offered_the_day_before_they_deliver_though_one_of_them_vanishes()
    {
        await using var bed = await CommunityBed.StartAsync(homes: 5);
        var grid = PeriodGrid.QuarterHour;
        var first = grid.At(CommunityBed.Tomorrow.At(new TimeOnly(9, 0)));

        // Ten minutes before the gate the programs are frozen, and what homes say that they can hold is offered.
        ImmutableArray<Period> periods = [.. Enumerable.Range(0, 8).Select(t => new Period(first.Index + t))];
        await bed.PassAsync(TimeSpan.FromMinutes(1), () => bed.Parts.Books.Baseline(Unit, CommunityBed.Tomorrow) is not null);
        await GatewayBed.UntilAsync(() => Offer(periods[^1]) is not null);
        Assert.Equal(5, bed.Parts.Books.Baseline(Unit, CommunityBed.Tomorrow)!.Points.Length);
        Assert.All(periods, period => Assert.NotNull(Offer(period)));

        // The market takes all of it; homes are asked to promise their parts, and do.
        foreach (var period in periods)
        {
            var offer = Offer(period)!;
            var accepted = offer.Offer.Steps.Select((step, index) => new AcceptedStep(index, step.Watts, step.Price)).ToImmutableArray();
            Assert.True(bed.Parts.Planning.Take(new MarketResult($"r-{period}", offer.Id, accepted)).Changed);
        }

        var link = (CommunityLink)bed.Parts.Customers[0];
        await bed.PassAsync(TimeSpan.FromMinutes(5), () => link.Members.All(home => home.Orders.Any(order => order.State == HomeOrderState.Accepted)));
        Assert.All(link.Members, home => Assert.Equal((first, 8), (home.Orders.Single().First.First, home.Orders.Single().First.Periods)));
        var promised = link.Members.Sum(home => -home.Orders.Single().First.ChangeWatts);
        var sold = Offer(first)!.AcceptedWatts;
        Assert.InRange(promised, sold, long.MaxValue);

        // The next morning.
        bed.Skip(grid.StartOf(first));
        await bed.RunAsync();
        await bed.PassAsync(TimeSpan.FromSeconds(12));
        var watts = sold * 6 / 10;
        Assert.True(bed.Parts.Orders.Take(new OrderRequest("o-1", Unit.Value, TsoCommandKind.Regulate, -watts, null, TimeSpan.FromMinutes(10), null, OrderRequest.Http)).IsTaken);
        await bed.PassAsync(TimeSpan.FromMinutes(3), () => Near(bed.Shift, -watts));
        Assert.True(Near(bed.Shift, -watts), $"{bed.Shift} W of {-watts} W");

        // A home of those that move vanishes: the others, who have promised more than was sold, make up for it.
        var vanished = Enumerable.Range(0, 5).First(home => bed.Homes[home].ConfirmedWatts is < 0);
        await bed.VanishAsync(vanished);
        await bed.PassAsync(TimeSpan.FromMinutes(4), () => Near(bed.Shift, -watts) && bed.Parts.Units[0].Now.FreshHomes == 4);
        Assert.True(Near(bed.Shift, -watts), $"{bed.Shift} W of {-watts} W");

        // The system operator has enough: homes go back to their programs, and the period is settled.
        Assert.True(bed.Parts.Orders.Take(new OrderRequest("o-2", Unit.Value, TsoCommandKind.Revoke, 0, null, null, null, OrderRequest.Http)).IsTaken);
        // A home makes up for fractions of a Wh in what is left of the period: a few W each.
        await bed.PassAsync(TimeSpan.FromMinutes(4), () => bed.Homes.Where((_, home) => home != vanished).All(state => state.ConfirmedWatts == 0) && Math.Abs(bed.Shift) < 200);
        Assert.InRange(bed.Shift, -200, 200);
        bed.Skip(grid.StartOf(first.Next) - TimeSpan.FromSeconds(2));
        await bed.PassAsync(TimeSpan.FromSeconds(16), () => !bed.Parts.Books.Settled.IsEmpty, isMeasured: false);
        var settled = Assert.Single(bed.Parts.Books.Settled);
        Assert.Equal((Unit, first, RegulationDirection.Up), (settled.Unit, settled.Period, settled.Direction));

        BookedOffer? Offer(Period period) => bed.Parts.Books.Offer(Unit, period, RegulationDirection.Up);
    }

    // Within 5 % of what is owed.
    private static bool Near(long watts, long owed) => Math.Abs(watts - owed) * 20 <= Math.Abs(owed);
}
