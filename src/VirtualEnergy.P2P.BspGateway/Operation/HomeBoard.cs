using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What a home last said of itself, and what it was last told. Powers in W, + consumption.</summary>
/// <param name="MeasuredAt">When its power was measured; the default before the first time.</param>
/// <param name="PowerWatts">As measured.</param>
/// <param name="BaselineWatts">Its program: the power it would have without a set-point.</param>
/// <param name="UpWatts">By how much it can be regulated upwards from its program, 0 or more.</param>
/// <param name="DownWatts">By how much downwards, 0 or more.</param>
/// <param name="IsAvailable">It says that it takes set-points.</param>
/// <param name="ConfirmedWatts">The regulation it was told and has confirmed, against its program; null before the first.</param>
public readonly record struct HomeState(
    DateTimeOffset MeasuredAt, long PowerWatts, long BaselineWatts, long UpWatts, long DownWatts, bool IsAvailable, long? ConfirmedWatts)
{
    /// <summary>What a kWh upwards was promised for now; null where what the home is described with counts.</summary>
    public Price? UpAsk { get; init; }

    /// <summary>What a kWh downwards was promised for, as an ask: below zero the home pays.</summary>
    public Price? DownAsk { get; init; }
}

/// <summary>A home of the portfolio, and where it is reached.</summary>
public sealed record HomeDescription(HomeOptions Home, string Customer, int UnitIndex);

/// <summary>The last state of every home, written by the links and read by the operation. Safe to use from any thread.</summary>
public sealed class HomeBoard(ImmutableArray<HomeDescription> homes)
{
    private readonly HomeState[] _states = new HomeState[homes.Length];
    private readonly HomeOutlook?[] _outlooks = new HomeOutlook?[homes.Length];
    private readonly Lock _lock = new();

    public ImmutableArray<HomeDescription> Homes => homes;

    public HomeState this[int home]
    {
        get
        {
            lock (_lock)
            {
                return _states[home];
            }
        }
    }

    /// <summary>All states at one moment, in the order of <see cref="Homes"/>.</summary>
    public ImmutableArray<HomeState> Read()
    {
        lock (_lock)
        {
            return [.. _states];
        }
    }

    /// <summary>So many states from a place on, at one moment.</summary>
    public ImmutableArray<HomeState> Read(int first, int count)
    {
        lock (_lock)
        {
            return [.. _states.AsSpan(first, count)];
        }
    }

    /// <summary>What a home says of the time ahead; null where its link carries no forecasts, or nothing was heard yet.</summary>
    public HomeOutlook? Outlook(int home)
    {
        lock (_lock)
        {
            return _outlooks[home];
        }
    }

    /// <summary>A home has said what lies ahead.</summary>
    public void Foresee(int home, HomeOutlook outlook)
    {
        lock (_lock)
        {
            _outlooks[home] = outlook;
        }
    }

    /// <summary>Changes a home's state by what was heard of it.</summary>
    public void Change(int home, Func<HomeState, HomeState> change)
    {
        lock (_lock)
        {
            _states[home] = change(_states[home]);
        }
    }
}
