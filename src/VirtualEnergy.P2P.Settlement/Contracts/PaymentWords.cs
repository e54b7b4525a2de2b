using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>One payment of a round as the contract adds it up itself: the energy times the price, rounded once.</summary>
public readonly record struct Payment(MemberId Payer, MemberId Payee, Energy Energy, Price Price)
{
    /// <summary>What a trade makes its buyer pay: the seller, and the grid operator and the community where there is a fee or a spread.</summary>
    /// <exception cref="ArgumentException">Money goes to an account that nobody named.</exception>
    public static IEnumerable<Payment> Of(Trade trade, MoneyAccounts accounts)
    {
        yield return new Payment(trade.Buyer, trade.Seller, trade.Energy, trade.Price);
        if (trade.GridFee != default)
        {
            yield return new Payment(trade.Buyer, Named(accounts.GridOperator, "grid operator"), trade.Energy, trade.GridFee);
        }

        if (trade.Spread != default)
        {
            yield return new Payment(trade.Buyer, Named(accounts.Community, "community"), trade.Energy, trade.Spread);
        }
    }

    private static MemberId Named(MemberId? account, string whose) =>
        account ?? throw new ArgumentException($"The rules name no account for the {whose}, and the round owes it money.", nameof(account));
}

/// <summary>
/// The payments of <c>EnergySettlement.settleVerified</c>, two to a word, the upper one first: payer's lane (24 bits), payee's lane (24),
/// Wh (40), µEUR/kWh (40, two's complement). One without energy is empty.
/// </summary>
public static class PaymentWords
{
    private const int LaneBits = 24;
    private const int ValueBits = 40;
    private const int PaymentBits = 2 * LaneBits + 2 * ValueBits;
    private const long LaneMask = (1L << LaneBits) - 1;
    private static readonly BigInteger PaymentMask = (BigInteger.One << PaymentBits) - 1;
    private const long ValueMask = (1L << ValueBits) - 1;

    /// <exception cref="ArgumentException">A member is not registered, or energy or price do not fit.</exception>
    public static ImmutableArray<BigInteger> Pack(IEnumerable<Payment> payments, MemberLanes lanes) =>
        [.. payments.Chunk(2).Select(two => (Pack(two[0], lanes) << PaymentBits) + (two.Length > 1 ? Pack(two[1], lanes) : 0))];

    /// <summary>The delta words that the contract makes of payment words, by its own rounding.</summary>
    /// <exception cref="ArgumentException">What a lane comes to does not fit into 42 bits.</exception>
    internal static ImmutableArray<BigInteger> Net(IEnumerable<BigInteger> words)
    {
        var deltas = new Dictionary<int, Money>();
        void Move(int lane, Money amount) => deltas[lane] = deltas.GetValueOrDefault(lane) + amount;

        foreach (var payment in words.SelectMany(word => new[] { word >> PaymentBits, word & PaymentMask }))
        {
            var energy = new Energy((long)(payment >> ValueBits & ValueMask));
            var price = (long)(payment & ValueMask) << (64 - ValueBits) >> (64 - ValueBits);
            var amount = new Price(price).Of(energy);
            if (energy != Energy.Zero)
            {
                Move((int)(payment >> (2 * ValueBits + LaneBits)), -amount);
                Move((int)(payment >> (2 * ValueBits) & LaneMask), amount);
            }
        }

        return DeltaWords.Pack(deltas.Select(delta => new LaneDelta(delta.Key, delta.Value)));
    }

    private static BigInteger Pack(Payment payment, MemberLanes lanes)
    {
        var (energy, price) = (payment.Energy.WattHours, payment.Price.MicroEurPerKWh);
        if (energy is < 0 or > ValueMask || price is < -(1L << (ValueBits - 1)) or >= 1L << (ValueBits - 1))
        {
            throw new ArgumentException($"{payment.Energy} at {payment.Price} do not fit in {ValueBits} bits each.", nameof(payment));
        }

        var members = (BigInteger)lanes.LaneOf(payment.Payer) << LaneBits | lanes.LaneOf(payment.Payee);
        return (members << ValueBits | energy) << ValueBits | price & ValueMask;
    }
}
