using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>
/// What a buyer adds to each of its steps' values for energy of an origin it prefers (market rule 7). Premiums add up, and they
/// never exclude anything: energy that fits no preference is bought at the step's own value.
/// </summary>
/// <param name="GreenPremium">µEUR/kWh, ≥ 0, for energy of a seller that the community's register calls green.</param>
/// <param name="LocalPremium">µEUR/kWh, ≥ 0, for energy from the buyer's own zone.</param>
/// <param name="Partner">A seller by name, or null.</param>
/// <param name="PartnerPremium">µEUR/kWh, ≥ 0, for the partner's energy; 0 without a partner.</param>
public readonly record struct Preferences(Price GreenPremium, Price LocalPremium, MemberId? Partner = null, Price PartnerPremium = default)
{
    /// <summary>No preference: energy is energy.</summary>
    public static readonly Preferences None;

    public bool IsNone => this == None;

    /// <summary>The most that the premiums can add to a step's value, µEUR/kWh.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public Price Most => Earned(Quality.Green | Quality.Local | Quality.Partner);

    /// <summary>
    /// These preferences as far as a bid of these steps may state them: none without a buy step, and none for green or local
    /// energy where they would lift a buy step to a sell step of the same bid.
    /// </summary>
    public Preferences For(ImmutableArray<Step> buy, ImmutableArray<Step> sell)
    {
        if (buy.IsEmpty)
        {
            return None;
        }

        var mostForOwn = checked(buy[0].Price.MicroEurPerKWh + Earned(Quality.Green | Quality.Local).MicroEurPerKWh);
        return sell.IsEmpty || mostForOwn < sell[0].Price.MicroEurPerKWh ? this : this with { GreenPremium = default, LocalPremium = default };
    }

    /// <summary>What the premiums add to a step's value for energy of the given origin, µEUR/kWh.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public Price Earned(Quality quality) => new(checked(
        (quality.HasFlag(Quality.Green) ? GreenPremium.MicroEurPerKWh : 0)
        + (quality.HasFlag(Quality.Local) ? LocalPremium.MicroEurPerKWh : 0)
        + (quality.HasFlag(Quality.Partner) ? PartnerPremium.MicroEurPerKWh : 0)));
}
