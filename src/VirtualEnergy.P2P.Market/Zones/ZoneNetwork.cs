using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>What stands between one zone's buyers and another zone's sellers (market rule 6).</summary>
/// <param name="Buyer">The zone that the energy goes to.</param>
/// <param name="Seller">The zone that it comes from; may be the same.</param>
/// <param name="Fee">µEUR/kWh, 0 to <see cref="ZoneNetwork.MaxFee"/>: what a buyer pays on top to the grid operator, once.</param>
/// <param name="Capacity">The most Wh of a period that may go this way; null without a limit, as always inside a zone.</param>
public readonly record struct ZoneLine(ZoneId Buyer, ZoneId Seller, Price Fee, Energy? Capacity = null);

/// <summary>
/// The fees and limits between zones (market rule 6). Every pair of zones is joined directly: a trade pays the fee of its own
/// pair and of no other, and a limit holds for its own pair and direction. What no line states is free and without limit.
/// </summary>
/// <remarks>Two networks are equal when they say the same, whatever the order they were told in.</remarks>
public sealed class ZoneNetwork : IEquatable<ZoneNetwork>
{
    /// <summary>More lines than 64 zones can have between them are a mistake.</summary>
    public const int MaxLines = 64 * 64;

    /// <summary>A million euros a kWh; keeps sums of fees and prices far inside 64 bits.</summary>
    public static readonly Price MaxFee = new(1_000_000_000_000);

    /// <summary>No fees, no limits: all zones are one place. The default.</summary>
    public static readonly ZoneNetwork CopperPlate = new([]);

    private readonly Dictionary<(ZoneId Buyer, ZoneId Seller), ZoneLine> _lines;

    /// <param name="lines">Each ordered pair at most once, in any order.</param>
    /// <exception cref="ArgumentException">A pair twice, a fee out of range, a limit that is negative or inside a zone, or too many lines.</exception>
    public ZoneNetwork(IEnumerable<ZoneLine> lines)
    {
        _lines = [];
        var seen = new HashSet<(ZoneId, ZoneId)>();
        foreach (var line in lines)
        {
            var pair = (line.Buyer, line.Seller);
            var wrong = line.Fee < default(Price) || line.Fee > MaxFee ? $"the fee {line.Fee} is not from 0 to {MaxFee}"
                : line.Capacity < Energy.Zero ? $"the capacity {line.Capacity} is negative"
                : line.Capacity is not null && line.Buyer == line.Seller ? "a zone has no limit to itself"
                : !seen.Add(pair) ? "the pair is there twice"
                : seen.Count > MaxLines ? $"a network has at most {MaxLines} lines"
                : null;
            if (wrong is not null)
            {
                throw new ArgumentException($"Line to buyers in \"{line.Buyer}\" from sellers in \"{line.Seller}\": {wrong}.", nameof(lines));
            }

            if (line.Fee != default || line.Capacity is not null)
            {
                _lines.Add(pair, line);
            }
        }

        Lines = [.. _lines.Values.OrderBy(line => line.Buyer).ThenBy(line => line.Seller)];
    }

    /// <summary>The lines that have a fee or a limit, by buyers' zone, then by sellers'.</summary>
    public ImmutableArray<ZoneLine> Lines { get; }

    public bool IsCopperPlate => Lines.IsEmpty;

    public bool HasLimits => Lines.Any(line => line.Capacity is not null);

    /// <summary>µEUR/kWh that a buyer in one zone pays on top of what a seller in the other gets.</summary>
    public Price Fee(ZoneId buyer, ZoneId seller) => _lines.GetValueOrDefault((buyer, seller)).Fee;

    /// <summary>The most Wh that a period may bring from the sellers' zone to the buyers'; null without a limit.</summary>
    public Energy? Capacity(ZoneId buyer, ZoneId seller) => _lines.GetValueOrDefault((buyer, seller)).Capacity;

    /// <summary>
    /// What an offer costs a buyer at its zone's connection: limit + fee. For mechanisms that compare bids with offers one by one.
    /// </summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public Price DeliveredLimit(Price offer, ZoneId seller, ZoneId buyer) => new(checked(offer.MicroEurPerKWh + Fee(buyer, seller).MicroEurPerKWh));

    /// <summary>Refuses a network that a mechanism cannot honour.</summary>
    /// <exception cref="ArgumentException">There is a fee or a limit.</exception>
    public void RequireCopperPlate(string mechanism)
    {
        if (!IsCopperPlate)
        {
            throw new ArgumentException($"The mechanism {mechanism} knows no fees or limits between zones; choose uniform, or take the network out of the rules.");
        }
    }

    /// <summary>Refuses limits where a mechanism can honour fees alone.</summary>
    /// <exception cref="ArgumentException">A line has a limit.</exception>
    public void RequireNoLimits(string mechanism)
    {
        if (HasLimits)
        {
            throw new ArgumentException($"The mechanism {mechanism} knows fees between zones, but no limits; choose uniform, pay-as-bid or continuous.");
        }
    }

    public bool Equals(ZoneNetwork? other) => other is not null && Lines.AsSpan().SequenceEqual(other.Lines.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ZoneNetwork);

    public override int GetHashCode() => Lines.Aggregate(Lines.Length, HashCode.Combine);
}
