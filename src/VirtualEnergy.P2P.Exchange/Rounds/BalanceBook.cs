using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>What members tell of the period that runs, and the signal by which they balance it.</summary>
/// <remarks>Not safe for concurrent use. Nothing of it binds anybody, so nothing is written down.</remarks>
public sealed class BalanceBook(ExchangeOptions options)
{
    /// <summary>Nobody balances alone.</summary>
    private const int Fewest = 2;

    private readonly Dictionary<MemberId, PlannedDemand> _told = [];
    private readonly Dictionary<MemberId, Energy> _traded = [];
    private HashSet<MemberId> _awaited = [];

    /// <summary>The period that runs; null where it is not balanced.</summary>
    public Period? Running { get; private set; }

    /// <summary>Whether all that are expected to have told.</summary>
    public bool IsComplete => _awaited.Count == 0;

    /// <summary>A round is over, and its period is run.</summary>
    /// <param name="period">Later with every call.</param>
    /// <param name="planned">Who told a plan for it.</param>
    /// <param name="trades">The round's.</param>
    /// <returns>False where it is not balanced: fewer than two told a plan, no supplier bounds the price, or zones have fees and limits, which a signal for all would pass over.</returns>
    public bool Begin(Period period, IEnumerable<MemberId> planned, IEnumerable<Trade> trades)
    {
        _told.Clear();
        _traded.Clear();
        foreach (var trade in trades)
        {
            _traded[trade.Buyer] = _traded.GetValueOrDefault(trade.Buyer) + trade.Energy;
            _traded[trade.Seller] = _traded.GetValueOrDefault(trade.Seller) - trade.Energy;
        }

        _awaited = [.. planned];
        Running = options.Tariff is not null && options.Rules.Network.IsCopperPlate && _awaited.Count >= Fewest ? period : null;
        return Running is not null;
    }

    /// <summary>False for what is not of the running period, another's, not an active member's, or beyond her connection or the market's prices.</summary>
    public bool TryTake(MemberPlan told, Member member)
    {
        var limit = new Energy(checked(member.ConnectionWatts * options.Rules.Grid.LengthSeconds) / 3600);
        if (told.First != Running || told.Member != member.Id || !member.IsActive || !told.IsSound(limit, options.Rules))
        {
            return false;
        }

        _told[member.Id] = told.Demands[0];
        _awaited.Remove(member.Id);
        return true;
    }

    /// <summary>By what has been told so far; null where nothing has, or the period is not balanced.</summary>
    public BalanceSignal? Signal() =>
        Running is { } period && _told.Count > 0 ? BalanceSignal.Of(
            period, _told.Values, options.Tariff!.At(period), _told.Keys.Aggregate(Energy.Zero, (sum, member) => sum + _traded.GetValueOrDefault(member))) : null;
}
