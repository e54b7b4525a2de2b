using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Energy of one home over one settlement period, from powers of every cycle. Wh, + consumption.</summary>
/// <param name="Measured">What was measured; where nothing was, the program stands in, so that nobody is paid for what was not seen.</param>
/// <param name="Baseline">By the program.</param>
public readonly record struct HomeEnergy(Energy Measured, Energy Baseline);

/// <summary>Adds up powers to energies, home by home, until a period is over. Whole watt-milliseconds, so nothing is lost on the way.</summary>
internal sealed class PeriodMeter(int homes)
{
    private const long WattMillisecondsPerWattHour = 3_600_000;

    private readonly long[] _measured = new long[homes];
    private readonly long[] _baseline = new long[homes];

    /// <summary>So long each home had these powers.</summary>
    /// <param name="milliseconds">Since the last call; 0 or more.</param>
    /// <param name="isFresh">Whether a state's measurement counts.</param>
    public void Add(long milliseconds, ReadOnlySpan<HomeState> states, Func<HomeState, bool> isFresh)
    {
        for (var home = 0; home < states.Length; home++)
        {
            var state = states[home];
            _measured[home] += milliseconds * (isFresh(state) ? state.PowerWatts : state.BaselineWatts);
            _baseline[home] += milliseconds * state.BaselineWatts;
        }
    }

    /// <summary>Ends the period: its energies to the nearest Wh, and what was rounded away goes into the next one.</summary>
    public ImmutableArray<HomeEnergy> Close()
    {
        var energies = new HomeEnergy[homes];
        for (var home = 0; home < homes; home++)
        {
            energies[home] = new HomeEnergy(Take(ref _measured[home]), Take(ref _baseline[home]));
        }

        return [.. energies];
    }

    private static Energy Take(ref long wattMilliseconds)
    {
        var half = wattMilliseconds < 0 ? -WattMillisecondsPerWattHour / 2 : WattMillisecondsPerWattHour / 2;
        var wattHours = (wattMilliseconds + half) / WattMillisecondsPerWattHour;
        wattMilliseconds -= wattHours * WattMillisecondsPerWattHour;
        return new Energy(wattHours);
    }
}
