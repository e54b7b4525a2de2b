namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>All homes of a unit together at one moment. Powers in W, + consumption.</summary>
/// <param name="MeasuredWatts">The homes' powers; a home whose measurement is old counts by its program.</param>
/// <param name="UpWatts">What homes that are measured and take set-points can be regulated upwards from their programs.</param>
/// <param name="Fresh">Homes whose measurement counts.</param>
/// <param name="Moving">Homes that have confirmed a set-point other than 0.</param>
public readonly record struct UnitSituation(long MeasuredWatts, long BaselineWatts, long UpWatts, long DownWatts, int Fresh, int Moving)
{
    public static UnitSituation Of(IEnumerable<HomeState> states, DateTimeOffset now, TimeSpan stale)
    {
        var sum = default(UnitSituation);
        foreach (var state in states)
        {
            var isFresh = IsFresh(state, now, stale);
            sum = new UnitSituation(
                sum.MeasuredWatts + (isFresh ? state.PowerWatts : state.BaselineWatts),
                sum.BaselineWatts + state.BaselineWatts,
                sum.UpWatts + (isFresh && state.IsAvailable ? state.UpWatts : 0),
                sum.DownWatts + (isFresh && state.IsAvailable ? state.DownWatts : 0),
                sum.Fresh + (isFresh ? 1 : 0),
                sum.Moving + (state.ConfirmedWatts is { } watts and not 0 ? 1 : 0));
        }

        return sum;
    }

    /// <summary>Whether a measurement still counts.</summary>
    public static bool IsFresh(in HomeState state, DateTimeOffset now, TimeSpan stale) => state.MeasuredAt != default && now - state.MeasuredAt <= stale;
}
