using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market;

/// <summary>One step of a bid: this much energy, at this price or better.</summary>
/// <param name="Price">µEUR/kWh: for a buy step the most it pays, for a sell step the least it takes.</param>
/// <param name="Energy">Wh, positive on both sides; the side gives the direction.</param>
public readonly record struct Step(Price Price, Energy Energy);

/// <summary>
/// A prosumer's step-wise demand function for one period (design, market rule 1): what it would buy and what it would
/// sell as a function of the price.
/// </summary>
/// <remarks>
/// A bid that came from outside may break any rule; <see cref="Admission.AdmissionRules"/> say which. An admitted bid has at
/// most 32 steps, every buy price below every sell price (so no prosumer can trade with itself), each side's prices
/// distinct, energies positive. No step at all withdraws what the member bid before.
/// </remarks>
/// <param name="Member">The bidder.</param>
/// <param name="Period">The period of delivery.</param>
/// <param name="Number">Counts up; the highest number of a member and period counts until gate closure.</param>
/// <param name="Buy">Buy steps, highest price first.</param>
/// <param name="Sell">Sell steps, lowest price first.</param>
public sealed record Bid(MemberId Member, Period Period, long Number, ImmutableArray<Step> Buy, ImmutableArray<Step> Sell)
{
    public const int MaxSteps = 32;

    /// <summary>What the bidder adds to its buy steps' prices for energy of an origin it prefers; nothing unless stated.</summary>
    public Preferences Preferences { get; init; }

    public bool IsWithdrawal => Buy.IsEmpty && Sell.IsEmpty;

    /// <summary>
    /// The most this bid can cost its member, whatever the mechanism and the price: Σ (price + premiums) × energy of the buy
    /// steps, or of the sell steps with a negative price, whichever is more (who bids above 0 sells nothing below).
    /// </summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public Money WorstCasePayment
    {
        get
        {
            var premiums = Preferences.Most.MicroEurPerKWh;
            var (buying, selling) = (Money.Zero, Money.Zero);
            foreach (var step in Buy)
            {
                var most = new Price(checked(step.Price.MicroEurPerKWh + premiums));
                buying += most.MicroEurPerKWh > 0 ? most.Of(step.Energy) : Money.Zero;
            }

            foreach (var step in Sell)
            {
                selling -= step.Price.MicroEurPerKWh < 0 ? step.Price.Of(step.Energy) : Money.Zero;
            }

            return buying > selling ? buying : selling;
        }
    }

    public bool Equals(Bid? other) =>
        other is not null && Member == other.Member && Period == other.Period && Number == other.Number && Preferences == other.Preferences
        && Buy.AsSpan().SequenceEqual(other.Buy.AsSpan()) && Sell.AsSpan().SequenceEqual(other.Sell.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Period, Number, Buy.Length, Sell.Length);
}

/// <summary>A bid with its EIP-712 hash and the 65-byte signature (r, s, v) over it.</summary>
public sealed record SignedBid(Bid Bid, Hash256 Hash, ImmutableArray<byte> Signature);
