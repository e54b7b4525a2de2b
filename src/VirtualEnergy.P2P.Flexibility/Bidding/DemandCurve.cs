using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>Energy that is taken up to a price and no longer above it.</summary>
/// <param name="Limit">The highest price at which it is still taken, on tick.</param>
/// <param name="Energy">
/// Wh, positive. A charge is taken energy; so is a discharge that does not happen: both are what the price makes disappear.
/// </param>
public readonly record struct Slice(Price Limit, Energy Energy);

/// <summary>
/// Net energy as a falling step function of price: D(p) = base + Σ energy of the slices whose limit is p or more. Everything
/// a home can do for a price is one such function, and the functions of several devices simply add up.
/// </summary>
public sealed class DemandCurve
{
    /// <param name="baseEnergy">Net energy at the highest prices, Wh; negative when the device then delivers.</param>
    /// <param name="slices">In any order; slices of one limit are joined.</param>
    /// <exception cref="ArgumentException">A slice without energy.</exception>
    public DemandCurve(Energy baseEnergy, IEnumerable<Slice> slices)
    {
        Base = baseEnergy;
        Slices = [.. slices.GroupBy(slice => slice.Limit)
            .Select(group => new Slice(group.Key, group.Aggregate(Energy.Zero, (sum, slice) => sum + slice.Energy)))
            .OrderByDescending(slice => slice.Limit)];
        foreach (var slice in Slices)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(slice.Energy, Energy.Zero, nameof(slices));
        }
    }

    public static DemandCurve Constant(Energy energy) => new(energy, []);

    public Energy Base { get; }

    /// <summary>Highest limit first, limits distinct.</summary>
    public ImmutableArray<Slice> Slices { get; }

    /// <summary>Net energy at the lowest prices, Wh.</summary>
    public Energy Most => Slices.Aggregate(Base, (sum, slice) => sum + slice.Energy);

    /// <summary>Net energy at the price.</summary>
    public Energy At(Price price)
    {
        var energy = Base;
        foreach (var slice in Slices)
        {
            if (slice.Limit >= price)
            {
                energy += slice.Energy;
            }
        }

        return energy;
    }

    /// <summary>
    /// What the energy above <see cref="Base"/> is worth, in thousandths of a µEUR: the area under the curve from the base to
    /// <paramref name="energy"/>. The curve must reach that far.
    /// </summary>
    public Int128 ValueOf(Energy energy)
    {
        var value = Int128.Zero;
        var left = energy - Base;
        foreach (var slice in Slices)
        {
            var taken = Energy.Min(left, slice.Energy);
            value += (Int128)taken.WattHours * slice.Limit.MicroEurPerKWh;
            left -= taken;
        }

        return value;
    }

    /// <summary>
    /// Shares <paramref name="total"/> among devices in the order of what it is worth to them: the dearest slices first, equal
    /// ones in the order of the devices. The total must lie within the sum of the curves.
    /// </summary>
    /// <returns>Net energy of each device, in the order given.</returns>
    public static ImmutableArray<Energy> Share(Energy total, ImmutableArray<DemandCurve> devices)
    {
        var energies = devices.Select(device => device.Base).ToArray();
        var left = energies.Aggregate(total, (sum, energy) => sum - energy);
        var dearestFirst = devices.SelectMany((device, index) => device.Slices.Select(slice => (slice, index)))
            .OrderByDescending(entry => entry.slice.Limit).ThenBy(entry => entry.index);
        foreach (var (slice, index) in dearestFirst)
        {
            var taken = Energy.Min(left, slice.Energy);
            energies[index] += taken;
            left -= taken;
        }

        return [.. energies];
    }

    /// <summary>
    /// The curve in few slices, of the same energy: neighbours whose limits are nearest, by price and energy, become one at the mean of their limits.
    /// </summary>
    /// <param name="most">Most slices, at least one.</param>
    public DemandCurve Joined(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var slices = Slices.ToList();
        while (slices.Count > most)
        {
            var nearest = 0;
            for (var i = 1; i + 1 < slices.Count; i++)
            {
                nearest = Apart(slices, i) < Apart(slices, nearest) ? i : nearest;
            }

            var (a, b) = (slices[nearest], slices[nearest + 1]);
            var limit = (Int128)a.Limit.MicroEurPerKWh * a.Energy.WattHours + (Int128)b.Limit.MicroEurPerKWh * b.Energy.WattHours;
            slices[nearest] = new Slice(new Price((long)(limit / (a.Energy + b.Energy).WattHours)), a.Energy + b.Energy);
            slices.RemoveAt(nearest + 1);
        }

        return new DemandCurve(Base, slices);
    }

    private static Int128 Apart(List<Slice> slices, int i) =>
        (Int128)(slices[i].Limit.MicroEurPerKWh - slices[i + 1].Limit.MicroEurPerKWh) * Math.Min(slices[i].Energy.WattHours, slices[i + 1].Energy.WattHours);

    public static DemandCurve operator +(DemandCurve a, DemandCurve b) => new(a.Base + b.Base, a.Slices.Concat(b.Slices));
}
