using System.Collections.Concurrent;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>The last plan of each member, and the outlook on prices that follows from them, period after period.</summary>
/// <remarks>Plans are taken on any thread; the outlook is asked for by one. Nothing of it binds anybody, so nothing is written down: it begins anew with the exchange.</remarks>
public sealed class PlanBook(ExchangeOptions options)
{
    private const int SecondsADay = 86_400;

    private readonly ConcurrentDictionary<MemberId, MemberPlan> _plans = new();
    private PriceOutlook? _outlook;

    /// <summary>False for a plan that is another's, not an active member's, or beyond her connection or the market's prices.</summary>
    public bool TryTake(MemberPlan plan, Member member)
    {
        var limit = new Energy(checked(member.ConnectionWatts * options.Rules.Grid.LengthSeconds) / 3600);
        if (plan.Member != member.Id || !member.IsActive || !plan.IsSound(limit, options.Rules))
        {
            return false;
        }

        _plans[member.Id] = plan;
        return true;
    }

    /// <summary>Who told a plan that begins with a period: whose nodes bid for it, and are there.</summary>
    public IEnumerable<MemberId> PlannersOf(Period period) => _plans.Values.Where(plan => plan.First == period).Select(plan => plan.Member);

    /// <summary>The outlook from a period on; null where nobody plans for it, or there is no supplier whose prices bound it.</summary>
    /// <param name="first">The period that opens next; later with every call.</param>
    public PriceOutlook? Next(Period first)
    {
        // A plan that is a day old is of a node that has gone; its home is not there to keep it.
        var plans = _plans.Values.Where(plan => first.Index - plan.First.Index < SecondsADay / options.Rules.Grid.LengthSeconds && plan.At(first) is not null).ToList();
        if (options.Tariff is not { } tariff || plans.Count == 0)
        {
            return null;
        }

        var length = plans.Max(plan => (int)(plan.First.Index + plan.Demands.Length - first.Index));
        return _outlook = IndicativeClearing.Next(_outlook, first, Math.Min(length, MemberPlan.MostPeriods), plans, tariff, options.Rules.Grid);
    }
}
