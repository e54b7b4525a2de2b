using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// A continuous session over zones (market rule 6): an order trades with the best that rests as it looks from its own
/// connection, fee included.
/// </summary>
/// <remarks>
/// <para>The conventions:</para>
/// <list type="bullet">
/// <item>A buyer and a seller meet when limit ≥ limit + fee of their pair of zones. The taker meets first what is best for her with the
/// fee counted: the lowest delivered price, the highest price less the fee; of equals the oldest.</item>
/// <item>The order that rested gets its own limit. A resting offer is paid its limit, and the buyer pays the fee on top; a resting bid
/// pays its limit in all, and the seller gets it less the fee. So the fee is counted once, and on one connection the rule is that of
/// <see cref="IContinuousBook"/>.</item>
/// <item>A line's limit is used up by those who come first, as cross-border capacity is in Europe's intraday market (SIDC). A full line
/// is passed over, orders behind it stay in the book, and it earns no rent.</item>
/// <item>Two orders of one member never trade: the resting one is withdrawn when its turn comes.</item>
/// </list>
/// <para><see cref="ReferenceZonalSession"/> says the same on one list. Orders only leave at the head of a queue, so a heap for each zone
/// and side is enough: O(log n + zones of the network) a trade.</para>
/// </remarks>
public sealed class ZonalSession
{
    /// <summary>Zones that a session tells apart; all that no line names count as one.</summary>
    public const int MaximumZones = 1024;

    private readonly IReadOnlyList<Order> _sequence;
    private readonly int[] _zones;
    private readonly Line[] _lines;
    private readonly int _zoneCount;
    private readonly PriorityQueue<int, (long Rank, int Place)>[][] _resting;
    private readonly long[] _left;
    private readonly List<SessionTrade> _trades = [];

    private ZonalSession(IReadOnlyList<Order> sequence, ZoneNetwork network)
    {
        _sequence = sequence;
        (_zones, var names) = Number(sequence, network);
        _zoneCount = names.Count;
        _lines = [.. names.SelectMany(buyer => names.Select(seller => Line.Between(buyer, seller, network)))];
        _resting = [Queues(), Queues()];
        _left = [.. sequence.Select(order => order.Energy.WattHours)];
    }

    /// <param name="sequence">The orders as they come; any prices, on a tick or not, at most 2²⁶ orders.</param>
    /// <param name="network">Fees and limits.</param>
    /// <exception cref="ArgumentException">An order's energy is not positive, or there are too many orders or zones.</exception>
    public static ContinuousSession Run(IReadOnlyList<Order> sequence, ZoneNetwork network)
    {
        ContinuousSession.Require(sequence);
        var session = new ZonalSession(sequence, network);
        for (var place = 0; place < sequence.Count; place++)
        {
            session.Submit(place);
        }

        return new ContinuousSession([.. session._trades], [.. session._left.Select(wattHours => new Energy(wattHours))]);
    }

    private void Submit(int taker)
    {
        var order = _sequence[taker];
        while (_left[taker] > 0 && BestFor(taker) is var zone and >= 0)
        {
            var makers = _resting[1 - (int)order.Side][zone];
            var maker = makers.Peek();
            if (_sequence[maker].Member == order.Member)
            {
                makers.Dequeue();
                continue;
            }

            ref var line = ref LineFor(order.Side, _zones[taker], zone);
            var energy = Math.Min(line.Left, Math.Min(_left[taker], _left[maker]));
            _left[taker] -= energy;
            _left[maker] -= energy;
            line.Use(energy);
            if (_left[maker] == 0)
            {
                makers.Dequeue();
            }

            _trades.Add(order.Side == Side.Buy
                ? new SessionTrade(taker, maker, new Energy(energy), _sequence[maker].Price) { GridFee = new Price(line.Fee) }
                : new SessionTrade(maker, taker, new Energy(energy), new Price(_sequence[maker].Price.MicroEurPerKWh - line.Fee)) { GridFee = new Price(line.Fee) });
        }

        if (_left[taker] > 0)
        {
            _resting[(int)order.Side][_zones[taker]].Enqueue(taker, (Rank(order), taker));
        }
    }

    /// <summary>The zone whose first order the taker meets next; −1 when she accepts none.</summary>
    private int BestFor(int taker)
    {
        var order = _sequence[taker];
        var makers = _resting[1 - (int)order.Side];
        var (best, least, oldest) = (-1, (Int128)order.Price.MicroEurPerKWh * (order.Side == Side.Buy ? 1 : -1), int.MaxValue);
        for (var zone = 0; zone < _zoneCount; zone++)
        {
            ref readonly var line = ref LineFor(order.Side, _zones[taker], zone);
            if (line.Left == 0 || !makers[zone].TryPeek(out var maker, out _))
            {
                continue;
            }

            // What the maker costs the taker: as a buyer what she pays, as a seller what she does not get, negated.
            var price = (Int128)_sequence[maker].Price.MicroEurPerKWh;
            var cost = (order.Side == Side.Buy ? price : -price) + line.Fee;
            if (cost < least || (cost == least && maker < oldest))
            {
                (best, least, oldest) = (zone, cost, maker);
            }
        }

        return best;
    }

    private ref Line LineFor(Side taker, int own, int other) =>
        ref _lines[taker == Side.Buy ? own * _zoneCount + other : other * _zoneCount + own];

    /// <summary>Best price first; the complement turns buys round without leaving 64 bits.</summary>
    private static long Rank(Order order) => order.Side == Side.Buy ? ~order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh;

    private PriorityQueue<int, (long Rank, int Place)>[] Queues() =>
        [.. Enumerable.Range(0, _zoneCount).Select(_ => new PriorityQueue<int, (long Rank, int Place)>())];

    /// <summary>A number for the zone of each order, and the zones by number; 0 stands for all that no line names.</summary>
    private static (int[] Zones, List<ZoneId?> Names) Number(IReadOnlyList<Order> sequence, ZoneNetwork network)
    {
        var named = network.Lines.SelectMany(line => new[] { line.Buyer, line.Seller }).ToHashSet();
        var numbers = new Dictionary<ZoneId, int>();
        var zones = new int[sequence.Count];
        for (var place = 0; place < zones.Length; place++)
        {
            var zone = sequence[place].Zone;
            if (named.Contains(zone) && !numbers.TryGetValue(zone, out zones[place]))
            {
                numbers.Add(zone, zones[place] = numbers.Count + 1);
            }
        }

        return numbers.Count < MaximumZones ? (zones, [null, .. numbers.Keys.Select(zone => (ZoneId?)zone)])
            : throw new ArgumentException($"A session tells at most {MaximumZones} zones apart, not {numbers.Count + 1}.", nameof(network));
    }

    /// <summary>What stands between two zones, and what is left of its limit.</summary>
    private struct Line
    {
        private const long Unlimited = long.MaxValue;

        public long Fee { get; private init; }

        /// <summary>Wh that may still go this way.</summary>
        public long Left { get; private set; }

        public static Line Between(ZoneId? buyer, ZoneId? seller, ZoneNetwork network) => buyer is { } to && seller is { } from
            ? new Line { Fee = network.Fee(to, from).MicroEurPerKWh, Left = network.Capacity(to, from)?.WattHours ?? Unlimited }
            : new Line { Left = Unlimited };

        public void Use(long energy) => Left -= Left == Unlimited ? 0 : energy;
    }
}
