using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>
/// A store's demand as a function of price: it charges where energy is cheaper than what it will be worth later, and delivers
/// where it is dearer than what is inside. Each direction is cut into slices, as the value falls with the fill.
/// </summary>
/// <remarks>
/// A charged kWh loses part of itself on the way in and out and wears the store, so it is bought at most at
/// value × round-trip efficiency − wear. Delivered energy asks at least its value and what it has cost.
/// </remarks>
public static class StorageDemand
{
    private const int SlicesEachWay = 6;

    /// <param name="space">The store.</param>
    /// <param name="value">What energy inside will be worth.</param>
    /// <param name="breakEven">What energy inside has cost, per kWh delivered.</param>
    /// <param name="wear">What a charged kWh must gain, µEUR/kWh.</param>
    /// <param name="rules">Tick and period.</param>
    public static DemandCurve Of(StorageControlSpace space, StorageValue value, Price breakEven, Price wear, MarketRules rules)
    {
        var inside = space.Fill - space.MinimumFill;
        var slices = new List<Slice>();

        var discharge = space.MaximumDischarge(rules.Grid);
        var lowestOffer = long.MaxValue;
        foreach (var (energy, middle) in Cut(discharge))
        {
            var worth = value.At(space.Discharging.Arriving(inside - space.Discharging.SentFor(middle)));
            var offer = Tick.Up(Price.Max(worth, breakEven).MicroEurPerKWh, rules);
            lowestOffer = Math.Min(lowestOffer, offer.MicroEurPerKWh);
            slices.Add(new Slice(Tick.Before(offer, rules), energy));
        }

        foreach (var (energy, middle) in Cut(space.MaximumCharge(rules.Grid)))
        {
            var worth = value.At(space.Discharging.Arriving(inside + space.Charging.Arriving(middle)));
            var roundTrip = (long)((Int128)worth.MicroEurPerKWh * space.Charging.PartsPerMillion / 1_000_000
                * space.Discharging.PartsPerMillion / 1_000_000);

            // Two ticks below the cheapest delivery: at no price does the store charge and discharge at once.
            var most = Math.Min(roundTrip - wear.MicroEurPerKWh, lowestOffer - 2 * rules.TickMicroEurPerKWh);
            slices.Add(new Slice(Tick.Down(most, rules), energy));
        }

        return new DemandCurve(-discharge, slices);
    }

    // Equal slices, the first ones a watt-hour larger; each with the energy up to its middle.
    private static IEnumerable<(Energy Energy, Energy Middle)> Cut(Energy whole)
    {
        var before = 0L;
        for (var i = 1; i <= SlicesEachWay; i++)
        {
            var after = (whole.WattHours * i + SlicesEachWay - 1) / SlicesEachWay;
            if (after > before)
            {
                yield return (new Energy(after - before), new Energy((before + after) / 2));
            }

            before = after;
        }
    }
}
