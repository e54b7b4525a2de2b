using VirtualEnergy.P2P.Flexibility.Calendar;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>
/// A day of the market, from local midnight to local midnight in Central European time: 96 quarter hours, 92 on the day when the
/// clocks go forward, 100 when they go back.
/// </summary>
/// <param name="Date">The local date.</param>
public readonly record struct MarketDay(DateOnly Date)
{
    public DateTimeOffset Start => ItalianTime.Midnight(Date);

    public DateTimeOffset End => ItalianTime.Midnight(Date.AddDays(1));

    /// <summary>How many periods of that length the day has.</summary>
    public int Periods(TimeSpan length) => (int)((End - Start) / length);

    /// <summary>The day in which an instant lies.</summary>
    public static MarketDay At(DateTimeOffset instant) => new(DateOnly.FromDateTime(ItalianTime.Local(instant)));
}
