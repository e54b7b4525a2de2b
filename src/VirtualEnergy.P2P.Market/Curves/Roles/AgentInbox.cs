using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// Messages of many agents on their way in: of each agent only the latest waits, and each is given out at most once in an
/// interval. The first goes through at once, the last is never lost, and who sends a thousand delays the others by one.
/// </summary>
/// <remarks>
/// Whoever is not known yet could be anybody under any number of names; such senders wait in places of which there are only so
/// many, so that those who are known always find one. Not for several threads at once.
/// </remarks>
/// <param name="interval">ms between two messages of one agent, not negative.</param>
/// <param name="mostStrangers">Senders without a bid that can wait at a time; positive.</param>
public sealed class AgentInbox<T>(long interval, int mostStrangers)
    where T : class
{
    private readonly long _interval = interval >= 0 ? interval : throw new ArgumentOutOfRangeException(nameof(interval), interval, "Not negative.");
    private readonly int _mostStrangers = mostStrangers > 0 ? mostStrangers : throw new ArgumentOutOfRangeException(nameof(mostStrangers), mostStrangers, "Positive.");
    private readonly Dictionary<MemberId, Place> _places = [];
    private readonly PriorityQueue<MemberId, (long DueAt, long Arrival)> _waiting = new();
    private long _arrivals;
    private int _strangers;
    private long _tidyAt = long.MinValue;

    /// <summary>When the next message may be taken out, ms; null when none waits.</summary>
    public long? DueAt => _waiting.TryPeek(out _, out var next) ? next.DueAt : null;

    /// <param name="isKnown">The sender has a bid that counts.</param>
    /// <param name="now">ms on a clock that does not go back.</param>
    /// <returns>False when the sender is a stranger and there is no place left for it; the message is dropped.</returns>
    public bool Offer(MemberId agent, T message, bool isKnown, long now)
    {
        if (!_places.TryGetValue(agent, out var place))
        {
            if (!isKnown && _strangers >= _mostStrangers && (now < _tidyAt || !Tidy(now)))
            {
                return false;
            }

            place = _places[agent] = new Place { IsStranger = !isKnown };
            _strangers += isKnown ? 0 : 1;
        }

        if (place.Message is null)
        {
            _waiting.Enqueue(agent, (Math.Max(now, place.FreeAt), _arrivals++));
        }

        place.Message = message;
        return true;
    }

    /// <summary>The message that has been due for longest.</summary>
    public bool TryTake(long now, out MemberId agent, [NotNullWhen(true)] out T? message)
    {
        if (!_waiting.TryPeek(out agent, out var next) || next.DueAt > now)
        {
            message = null;
            return false;
        }

        _waiting.Dequeue();
        var place = _places[agent];
        (message, place.Message, place.FreeAt) = (place.Message!, null, now + _interval);
        return true;
    }

    /// <summary>Frees the places that no longer matter: nothing waits there, and the next message would go through at once.</summary>
    /// <returns>True when there is a place for a stranger again.</returns>
    public bool Tidy(long now)
    {
        // Once an interval: looking through the places for each stranger in turn would cost more than the strangers.
        _tidyAt = now + _interval;
        foreach (var (agent, place) in _places)
        {
            if (place.Message is null && place.FreeAt <= now)
            {
                _places.Remove(agent);
                _strangers -= place.IsStranger ? 1 : 0;
            }
        }

        return _strangers < _mostStrangers;
    }

    private sealed class Place
    {
        public required bool IsStranger { get; init; }

        public T? Message { get; set; }

        public long FreeAt { get; set; }
    }
}
