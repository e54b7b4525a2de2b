using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Benchmarks.Continuous;

/// <summary>
/// A stream of operations that keeps some 100 000 orders resting: 44.5 % limit orders that rest, 39.5 % cancels, 10 % limit
/// orders that cross, 5 % market and immediate orders, 1 % steps of time.
/// </summary>
/// <remarks>
/// <para>Most orders of a real book are cancelled, few trade; limit prices scatter by a power law around the best price (Zovko
/// and Farmer, "The power of patience", 2002; Bouchaud, Mézard, Potters, 2002), here with exponent 1.6, to 1 000 ticks. Every
/// tenth order expires; ids count up, as a venue numbers them.</para>
/// <para>Real cancels mostly meet young orders, quotes that are revised soon: here three of four meet one of the last
/// thousand that came, the fourth any that rests. With <c>youngCancels</c> at 0 every cancel meets any order, each as likely,
/// which no cache can foresee: the worst that cancels can be.</para>
/// </remarks>
internal sealed class OrderFlow
{
    private const int Owners = 1_000;
    private const int Reach = 1_000;
    private const int Young = 1_000;
    private static readonly Price Middle = new(200_000);

    private readonly Random _random;
    private readonly int _resting;
    private readonly int _youngCancels;
    private readonly ContinuousBook _book = new(ContinuousRules.Default);
    private readonly List<(int Id, ushort Owner)> _live = [];
    private readonly Dictionary<long, int> _places = [];
    private int _nextId = 1;
    private int _now;

    private OrderFlow(int seed, int resting, int youngCancels) =>
        (_random, _resting, _youngCancels) = (new Random(seed), resting, youngCancels);

    /// <param name="youngCancels">Of a hundred cancels, how many meet a young order.</param>
    /// <returns>What fills the book, and what is then measured.</returns>
    public static (BookOperation[] Fill, BookOperation[] Measured) Generate(int seed, int resting, int count, int youngCancels)
    {
        var flow = new OrderFlow(seed, resting, youngCancels);
        var fill = new List<BookOperation> { flow.Apply(new BookOperation(0, 0, 0, 0, 0, OperationKind.Advance, false)) };
        while (flow._book.Count < resting)
        {
            fill.Add(flow.Apply(flow.Passive()));
        }

        var measured = new BookOperation[count];
        for (var i = 0; i < count; i++)
        {
            measured[i] = flow.Apply(flow.Next());
        }

        return ([.. fill], measured);
    }

    private BookOperation Next()
    {
        // Two points more or less of one kind keep the number of resting orders where it is.
        var limits = _book.Count < _resting ? 465 : 425;
        return _random.Next(1000) switch
        {
            var draw when draw < limits => Passive(),
            < 840 => Cancel(),
            < 940 => Taker(OperationKind.Limit),
            < 965 => Taker(OperationKind.Market),
            < 990 => Taker(OperationKind.ImmediateOrCancel),
            _ => new BookOperation(++_now, 0, 0, 0, 0, OperationKind.Advance, false),
        };
    }

    private BookOperation Passive()
    {
        var isBuy = _random.Next(2) == 0;
        var depth = 1 + (int)Math.Min(Reach, Math.Pow(1 - _random.NextDouble(), -1 / 0.6) - 1);
        var opposite = (isBuy ? _book.BestSell : _book.BestBuy) ?? Middle;
        var price = opposite.MicroEurPerKWh + (isBuy ? -100 : 100) * depth;

        // An order lives some 100 000 orders long, so some 2 000 steps of time; those that expire live half to twice that.
        var lifetime = _random.Next(10) == 0 ? _random.Next(1_000, 4_000) : 0;
        return Order(OperationKind.Limit, isBuy, price, _random.Next(100, 2_000), lifetime);
    }

    /// <summary>A third of what a resting order holds on average: so takers consume what limit orders bring beyond the cancels.</summary>
    private BookOperation Taker(OperationKind kind)
    {
        var isBuy = _random.Next(2) == 0;
        var opposite = (isBuy ? _book.BestSell : _book.BestBuy) ?? Middle;
        return Order(kind, isBuy, opposite.MicroEurPerKWh, _random.Next(1, 700), 0);
    }

    private BookOperation Cancel()
    {
        var place = _random.Next(_live.Count);
        if (_random.Next(100) < _youngCancels)
        {
            // Some of the last thousand are gone; whoever meets only those cancels any order.
            for (var tries = 0; tries < 20 && !_places.TryGetValue(_nextId - 1 - _random.Next(Young), out place); tries++)
            {
                place = _random.Next(_live.Count);
            }
        }

        var (id, owner) = _live[place];
        return new BookOperation(id, 0, 0, owner, 0, OperationKind.Cancel, false);
    }

    private BookOperation Order(OperationKind kind, bool isBuy, long price, int wattHours, int lifetime) =>
        new(_nextId++, (int)price, (ushort)wattHours, (ushort)_random.Next(Owners), (ushort)lifetime, kind, isBuy);

    private BookOperation Apply(BookOperation operation)
    {
        var sink = new Gone([]);
        var outcome = BookRun.Apply(_book, operation, ref sink);
        if (operation.Kind == OperationKind.Cancel)
        {
            Forget(operation.Id);
        }

        // A maker that was filled whole no longer rests; to ask costs a refusal and changes nothing.
        foreach (var id in sink.Ids)
        {
            if (_places.ContainsKey(id) && _book.Reduce(id, -1, new Energy(1)).Refusal == BookRefusal.UnknownId)
            {
                Forget(id);
            }
        }

        if (outcome.Resting > Energy.Zero)
        {
            _places[operation.Id] = _live.Count;
            _live.Add((operation.Id, operation.Owner));
        }

        return operation;
    }

    private void Forget(long id)
    {
        _places.Remove(id, out var place);
        var last = _live[^1];
        _live[place] = last;
        _live.RemoveAt(_live.Count - 1);
        if (last.Id != id)
        {
            _places[last.Id] = place;
        }
    }

    private readonly struct Gone(List<long> ids) : IExecutionSink
    {
        public List<long> Ids => ids;

        public void Executed(in Execution execution) => ids.Add(execution.MakerId);

        public void Removed(in Removal removal) => ids.Add(removal.Id);
    }
}
