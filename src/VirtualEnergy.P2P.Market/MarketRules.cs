using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market;

/// <summary>The constants of one community's market. Everyone who recomputes a round needs exactly these.</summary>
public sealed record MarketRules
{
    /// <summary>Demo defaults: tick 0.01 ct/kWh, floor −0.50 EUR/kWh, cap 4 EUR/kWh (SDAC's harmonised cap), k = ½.</summary>
    public static readonly MarketRules Default = new();

    /// <summary>Every price is a multiple of this. µEUR/kWh.</summary>
    public long TickMicroEurPerKWh { get; init; } = 100;

    /// <summary>Lowest price that may be bid.</summary>
    public Price Floor { get; init; } = new(-500_000);

    /// <summary>Highest price that may be bid; a buy step here is unresponsive demand.</summary>
    public Price Cap { get; init; } = new(4_000_000);

    /// <summary>k of the k-price rule in thousandths: 500 splits the marginal surplus evenly, 1000 gives it to sellers.</summary>
    public int KThousandths { get; init; } = 500;

    public PeriodGrid Grid { get; init; } = PeriodGrid.QuarterHour;

    /// <summary>How rounds are cleared.</summary>
    public MechanismKind Mechanism { get; init; }

    /// <summary>Fees and limits between zones; none unless stated.</summary>
    public ZoneNetwork Network { get; init; } = ZoneNetwork.CopperPlate;

    /// <summary>A market of broadcast prices without bids; null, as a rule: rounds are auctions.</summary>
    public RealTimePriceRules? RealTimePrice { get; init; }

    /// <summary>By how much balancing energy costs who took too much more than the round's price, and brings who took too little less; 0 or more.</summary>
    public Price ImbalanceSpread { get; init; }

    /// <summary>Where money goes that no seller gets.</summary>
    public MoneyAccounts Accounts { get; init; }

    public bool IsOnTick(Price price) => price.MicroEurPerKWh % TickMicroEurPerKWh == 0;

    /// <summary>Refuses fees that would put prices off the tick.</summary>
    /// <exception cref="ArgumentException">A fee of the network is no multiple of the tick.</exception>
    internal void RequireFeesOnTick()
    {
        foreach (var line in Network.Lines.Where(line => !IsOnTick(line.Fee)))
        {
            throw new ArgumentException($"The fee {line.Fee} from \"{line.Seller}\" to \"{line.Buyer}\" is no multiple of the tick.");
        }
    }
}

/// <summary>The two accounts beside the members'.</summary>
/// <param name="GridOperator">Gets the grid fees; null where there are none.</param>
/// <param name="Community">
/// Gets what a mechanism takes in and pays to no seller: congestion rent, spreads, charges. Null where there is none.
/// </param>
public readonly record struct MoneyAccounts(MemberId? GridOperator, MemberId? Community);
