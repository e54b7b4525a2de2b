using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// The member's limits as they are now, and what she has spent on the day they bound. Set by whatever she holds in her hand, read by the
/// node. Any thread may call.
/// </summary>
/// <param name="limits">What holds at the start.</param>
/// <param name="day">The day, UTC, that <paramref name="spent"/> is of.</param>
/// <param name="spent">What has left her on it already, µEUR ≥ 0.</param>
public sealed class MemberControls(MemberLimits limits = default, DateOnly day = default, Money spent = default)
{
    private readonly Lock _lock = new();
    private MemberLimits _limits = limits;
    private DateOnly _day = day;
    private Money _spent = spent;

    /// <summary>Raised after a change, on the thread that made it.</summary>
    public event Action? Changed;

    public MemberLimits Limits
    {
        get
        {
            lock (_lock)
            {
                return _limits;
            }
        }
    }

    /// <summary>The last day that anything was spent on, and how much.</summary>
    public (DateOnly Day, Money Spent) Spending
    {
        get
        {
            lock (_lock)
            {
                return (_day, _spent);
            }
        }
    }

    /// <summary>Replaces the limits.</summary>
    public void Set(Func<MemberLimits, MemberLimits> change)
    {
        lock (_lock)
        {
            var changed = change(_limits);
            if (changed == _limits)
            {
                return;
            }

            _limits = changed;
        }

        Changed?.Invoke();
    }

    /// <summary>What has left the member on a day; zero on one of which nothing is known.</summary>
    public Money SpentOn(DateOnly day)
    {
        lock (_lock)
        {
            return day == _day ? _spent : Money.Zero;
        }
    }

    /// <summary>Books what left the member. What is of an earlier day than the last is past bounding.</summary>
    public void Spend(DateOnly day, Money amount)
    {
        lock (_lock)
        {
            if (day < _day || amount <= Money.Zero)
            {
                return;
            }

            _spent = day > _day ? amount : _spent + amount;
            _day = day;
        }
    }
}
