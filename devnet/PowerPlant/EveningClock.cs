using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>
/// The clocks of the demo's market, and the order in which an instant happens whatever the machine does beside: homes tell what flows, the gateway has heard all of them and begins its cycle,
/// the system operator sees the cycle, and homes have answered what they were told. So what follows depends on the market alone.
/// </summary>
/// <param name="homes">Of homes: their samples, and from when an order holds.</param>
/// <param name="gateway">Of the gateway and the system operator; both show the same first.</param>
/// <param name="sets">Cycles that the system operator has seen so far.</param>
/// <param name="haveTold">Whether all homes that were heard since one instant were heard at another.</param>
/// <param name="isDone">Whether the gateway's cycle of an instant is over, and nothing that homes were told is unanswered.</param>
/// <param name="areSettled">Whether the exchange has answered what homes bid and read.</param>
/// <param name="warn">Told once, where a cycle was not followed in time.</param>
internal sealed class EveningClock(
    DrivenTime homes, DrivenTime gateway, Func<int> sets, Func<DateTimeOffset, DateTimeOffset, bool> haveTold, Func<DateTimeOffset, bool> isDone, Func<bool> areSettled, Action<string> warn)
{
    // A sample is under way for so long: it comes before the cycle that begins with it.
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(1);

    // Of the machine's time. What is not followed by then will not be, and later cycles wait no longer than they need.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LostPatience = TimeSpan.FromSeconds(1);

    private TimeSpan _patience = Patience;

    /// <summary>Time goes by up to an instant, in which a cycle begins; all of it has been followed on return.</summary>
    /// <param name="instant">A whole multiple of the cycle; one that is over changes nothing.</param>
    public async Task AdvanceToAsync(DateTimeOffset instant, CancellationToken stop)
    {
        var (before, seen) = (gateway.GetUtcNow(), sets());
        if (instant <= before)
        {
            return;
        }

        gateway.AdvanceTo(instant - UnderWay);
        if (instant - before > PowerPlantPlan.Cycle)
        {
            // Cycles that were left out are made good by one.
            await FollowedAsync(() => sets() != seen && isDone(instant - UnderWay), stop);
        }

        homes.AdvanceTo(instant);
        await FollowedAsync(() => haveTold(before - UnderWay, instant - UnderWay), stop);
        seen = sets();
        gateway.AdvanceTo(instant);
        await FollowedAsync(() => sets() != seen && isDone(instant), stop);
    }

    /// <summary>What homes were told beside a cycle is answered.</summary>
    public Task AnsweredAsync(CancellationToken stop) => FollowedAsync(() => isDone(gateway.GetUtcNow()), stop);

    /// <summary>What homes bid and read otherwise, as they were told, is with the exchange, so that no gate closes before it.</summary>
    public Task SettledAsync(CancellationToken stop) => FollowedAsync(areSettled, stop);

    private async Task FollowedAsync(Func<bool> isFollowed, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!isFollowed())
        {
            if (TimeProvider.System.GetElapsedTime(since) > _patience)
            {
                if (_patience == Patience)
                {
                    warn($"power plant: homes, gateway and system operator have not followed within {Patience.TotalSeconds:0} s at {gateway.GetUtcNow():u}; the evening goes on without waiting for them.");
                    _patience = LostPatience;
                }

                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stop);
        }
    }
}
