using System.Collections.Immutable;
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
    private ImmutableArray<DeviceOverride> _overrides = [];
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

    /// <summary>More devices than this are not overridden at once; the oldest word is forgotten.</summary>
    public const int MostOverrides = 64;

    /// <summary>What the member has decided for single devices, in the order in which she did; some may be over.</summary>
    public ImmutableArray<DeviceOverride> Overrides
    {
        get
        {
            lock (_lock)
            {
                return _overrides;
            }
        }
    }

    /// <summary>The member decides for a device; her word from before for the same device is replaced.</summary>
    public void Override(DeviceOverride word) => Overriding(words => [.. words.Where(known => known.Device != word.Device).TakeLast(MostOverrides - 1), word]);

    /// <summary>The device is the plan's again.</summary>
    public void Release(string device) => Overriding(words => [.. words.Where(known => known.Device != device)]);

    /// <summary>The member decides for a device, or gives it back to the plan by null.</summary>
    public void Decide(string device, DeviceOverride? word)
    {
        if (word is { } said)
        {
            Override(said);
        }
        else
        {
            Release(device);
        }
    }

    /// <summary>Words that are over are forgotten.</summary>
    public void Expire(DateTimeOffset now) => Overriding(words => [.. words.Where(known => known.Until > now)]);

    private void Overriding(Func<ImmutableArray<DeviceOverride>, ImmutableArray<DeviceOverride>> change)
    {
        lock (_lock)
        {
            var changed = change(_overrides);
            if (changed.SequenceEqual(_overrides))
            {
                return;
            }

            _overrides = changed;
        }

        Changed?.Invoke();
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
