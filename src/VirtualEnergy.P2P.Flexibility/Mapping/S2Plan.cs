using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>A device that speaks S2.</summary>
/// <param name="Name">The name under which it is planned.</param>
/// <param name="Resource">What it has told of itself.</param>
public readonly record struct S2Part(string Name, S2Resource Resource);

/// <summary>What a device is told for a period.</summary>
/// <param name="Name">The name under which it is planned.</param>
/// <param name="Instructions">None where it shall go on as it is.</param>
/// <param name="AllOfThem">Whether all are for it to follow; else the first that it can follow.</param>
public readonly record struct S2Order(string Name, ImmutableArray<S2Instruction> Instructions, bool AllOfThem);

/// <summary>
/// The S2 devices of a home in its plan: batteries are planned as stores, the others bid beside the plan; and the plan's answer in their words.
/// </summary>
public sealed class S2Plan
{
    /// <summary>More batteries than this are not planned one by one; they bid for themselves, like everything else.</summary>
    public const int MostStores = 16;

    private readonly ImmutableArray<(string Name, S2Store Store)> _stores;
    private readonly ImmutableArray<(string Name, S2Bid Bid)> _bids;
    private readonly ImmutableArray<FixedDevice> _words;
    private readonly MarketBasis _basis;
    private readonly PeriodGrid _grid;
    private readonly DateTimeOffset _at;

    private S2Plan(
        ImmutableArray<(string Name, S2Store Store)> stores, ImmutableArray<(string Name, S2Bid Bid)> bids, ImmutableArray<FixedDevice> words, MarketBasis basis, PeriodGrid grid, DateTimeOffset at)
    {
        (_stores, _bids, _words, _basis, _grid, _at) = (stores, bids, words, basis, grid, at);
        Batteries = [.. stores.Select(one => new MeasuredBattery(one.Name, one.Store.Battery))];
        Beside = bids.Aggregate(Bidding.DemandCurve.Constant(Energy.Zero), (sum, one) => sum + Demanded(one.Name, one.Bid));
    }

    /// <summary>Those that are planned as stores.</summary>
    public ImmutableArray<MeasuredBattery> Batteries { get; }

    /// <summary>How many others have a bid.</summary>
    public int Bidders => _bids.Length;

    /// <summary>What the others take, Wh by price.</summary>
    public Bidding.DemandCurve Beside { get; }

    /// <summary>The devices as they are known at the start of a period, or within it.</summary>
    /// <param name="parts">In an order that does not change: of too many batteries the first are planned.</param>
    /// <param name="at">When the period begins; now, where it has begun.</param>
    /// <param name="supplier">Its prices bound those at which devices bid.</param>
    /// <param name="words">What the member has decided for some of them.</param>
    public static S2Plan Of(
        IEnumerable<S2Part> parts, DateTimeOffset at, MarketRules rules, SupplierPrices supplier, ImmutableArray<FixedDevice> words)
    {
        var basis = EnergyCurve.BasisOf(supplier, rules);
        var stores = ImmutableArray.CreateBuilder<(string, S2Store)>();
        var bids = ImmutableArray.CreateBuilder<(string, S2Bid)>();
        foreach (var (name, resource) in parts)
        {
            if (stores.Count < MostStores && S2Store.Of(resource, at) is { } store)
            {
                stores.Add((name, store));
            }
            else if (S2Bid.Of(resource, at, TimeSpan.FromSeconds(rules.Grid.LengthSeconds), basis) is { } bid)
            {
                bids.Add((name, bid));
            }
        }

        return new S2Plan(stores.DrainToImmutable(), bids.DrainToImmutable(), words, basis, rules.Grid, at);
    }

    /// <summary>What a delivery means to each of them; nothing for a device that shall go on as it is.</summary>
    /// <param name="nextId">Gives ids for messages and instructions.</param>
    public IEnumerable<S2Order> OrdersFor(Delivery delivery, Func<Identifier> nextId)
    {
        foreach (var (name, store) in _stores)
        {
            if (EnergyFor(name, store, delivery) is { } energy)
            {
                yield return new S2Order(name, [.. store.InstructionsFor(energy, _at, TimeSpan.FromSeconds(_grid.LengthSeconds), nextId)], false);
            }
        }

        foreach (var (name, bid) in _bids)
        {
            yield return new S2Order(name, bid.InstructionsAt(PriceFor(name, delivery.BesidePrice), nextId), true);
        }
    }

    private FixedDevice? WordFor(string name) => _words.Where(word => word.Device == name).Cast<FixedDevice?>().FirstOrDefault();

    private Energy? EnergyFor(string name, S2Store store, Delivery delivery) =>
        WordFor(name) is { } said ? said.IsOn ? _grid.EnergyOf(store.Battery.ChargeWatts) : Energy.Zero
        : delivery.Allocations.OfType<StorageAllocation>().FirstOrDefault(order => order.Device == name)?.Energy;

    private Bidding.DemandCurve Demanded(string name, S2Bid bid)
    {
        var curve = EnergyCurve.Of(bid.Curve, _grid);
        return WordFor(name) is { } said ? Bidding.DemandCurve.Constant(said.IsOn ? curve.Most : curve.Base) : curve;
    }

    // On is what the device does where energy costs least, off where it costs most.
    private long PriceFor(string name, Price price) =>
        WordFor(name) is { } said ? said.IsOn ? _basis.MinimumPrice : _basis.MaximumPrice : EnergyCurve.PriceOn(_basis, price);
}
