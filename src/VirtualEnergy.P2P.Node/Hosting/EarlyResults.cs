using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// Results that come before the market's description, as when a broker sends first what it kept for a node while that was away, and what of them and of those known from before the
/// start a node has to go by. Not safe for concurrent use.
/// </summary>
/// <param name="member">Whose trades are kept of each.</param>
internal sealed class EarlyResults(MemberId member)
{
    /// <summary>A broker keeps a node's session for an hour: twelve periods of 5 minutes, with room. The oldest is forgotten.</summary>
    public const int Most = 32;

    private readonly SortedDictionary<Period, RoundResult> _early = [];

    public void Hold(RoundResult result)
    {
        _early.TryAdd(result.Period, OwnTrades.Of(result, member));
        if (_early.Count > Most)
        {
            _early.Remove(_early.Keys.First());
        }
    }

    /// <summary>The market is known: what is to be run, in order, and whether it was known before the start. Nothing is held any more.</summary>
    /// <param name="known">What was allotted before this start of periods that are not over.</param>
    /// <param name="running">The period that runs; null in simulated time, where the newest result is the market's present.</param>
    public ImmutableArray<(RoundResult Result, bool IsKnown)> Take(ImmutableArray<RoundResult> known, Period? running)
    {
        var newest = _early.Count > 0 ? _early.Keys.Last() : (Period?)null;
        var toRun = new SortedDictionary<Period, (RoundResult, bool)>();
        foreach (var early in _early.Values.Where(result => result.Period == newest || result.Period >= running))
        {
            toRun[early.Period] = (early, false);
        }

        foreach (var result in known)
        {
            toRun[result.Period] = (result, true);
        }

        _early.Clear();
        return [.. toRun.Values];
    }
}
