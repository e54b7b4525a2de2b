using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab.Forecasts;

/// <summary>Where the plants of a community stand, degrees north and east.</summary>
public readonly record struct Place(double Latitude, double Longitude)
{
    /// <summary>Where generated homes are.</summary>
    public static readonly Place Cagliari = new(SunPosition.CagliariLatitude, SunPosition.CagliariLongitude);
}

/// <summary>What was forecast and how good it was.</summary>
/// <param name="Plan">Homes and days.</param>
/// <param name="Place">Where the plants stand; null where that was not known.</param>
/// <param name="Scores">Quantity by quantity, nearest horizon first.</param>
public sealed record ForecastResult(LabPlan Plan, Place? Place, ImmutableArray<ForecastScore> Scores);

/// <summary>
/// Forecasts load and sun of every home, and the price that the same homes make under a uniform price, out of sample over the
/// days of a plan.
/// </summary>
public static class ForecastLab
{
    /// <param name="plan">Homes and days.</param>
    /// <param name="place">Where the plants stand, or null.</param>
    /// <param name="time">For the replay's wall time only.</param>
    /// <param name="done">Told that one more home is done; from any thread.</param>
    /// <param name="cancellation">Stops between two homes.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ForecastResult Run(LabPlan plan, Place? place, TimeProvider time, Action? done = null, CancellationToken cancellation = default)
    {
        var homes = plan.Community.Households;
        var (load, sun) = (new Backtest[homes.Length], new Backtest?[homes.Length]);
        Parallel.For(0, homes.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            load[i] = Load(homes[i], plan.Span);
            sun[i] = homes[i].Profile.Photovoltaics is { } profile ? Sun(profile, plan.Span, place) : null;
            done?.Invoke();
        });

        var price = Price(plan, MechanismReplay.Run(plan, MechanismKind.Uniform, time, null, cancellation));
        return new ForecastResult(plan, place,
        [
            .. Backtest.Scores(load, "load", "W"),
            .. Backtest.Scores(sun.OfType<Backtest>(), "photovoltaics", "W"),
            .. Backtest.Scores([price], "price", "µEUR/kWh"),
        ]);
    }

    private static Backtest Load(Household home, LabSpan span)
    {
        var forecaster = new LoadForecaster(PeriodGrid.QuarterHour, home.ConnectionWatts);
        return new Backtest(span.First, Watts(home.Profile.Load, span), forecaster.Ahead, forecaster.Observe);
    }

    // By night there is nothing to forecast, and it would flatter the bands.
    private static Backtest Sun(PowerProfile profile, LabSpan span, Place? place)
    {
        var forecaster = place is { } at
            ? PhotovoltaicForecaster.At(PeriodGrid.QuarterHour, at.Latitude, at.Longitude)
            : PhotovoltaicForecaster.Anywhere(PeriodGrid.QuarterHour);
        return new Backtest(span.First, Watts(profile, span), forecaster.Ahead, forecaster.Observe, (value, persistence) => value == 0 && persistence == 0);
    }

    private static Backtest Price(LabPlan plan, MechanismResult replay)
    {
        var forecaster = new PriceForecaster(PeriodGrid.QuarterHour, plan.Tariff);
        return new Backtest(
            plan.Span.First, [.. replay.Periods.Select(period => period.Price?.MicroEurPerKWh)], forecaster.Ahead,
            (period, price) => forecaster.Observe(period, new Price(price)));
    }

    private static long?[] Watts(PowerProfile profile, LabSpan span) => [.. span.Periods.Select(period => (long?)profile.At(period))];
}
