using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// Hears what homes would take in the period that runs, as load and sun turn out, and tells all by which signal they balance it: as soon as all who planned for it
/// have told, at the latest after a while; and anew where one of them tells something else later, not more often than every so long.
/// </summary>
public sealed class BalanceDesk(ExchangeOptions options, Topics topics, MemberDirectory members, MessageRate rate, MarketPublisher publisher, TimeProvider time, ILogger<BalanceDesk> logger) : IDisposable
{
    // By the clock a period begins minutes after its result. In lockstep the next gate holds for the homes, and gives up after a while of its own.
    private readonly TimeSpan _patience = options.Gate is LockstepGateOptions lockstep ? lockstep.Timeout / 2 : TimeSpan.FromSeconds(10);
    private readonly BalanceBook _book = new(options);
    private readonly Lock _lock = new();
    private BalanceSignal? _sent;
    private ITimer? _timer;

    /// <summary>A round is over; to be called before its result is told.</summary>
    /// <returns>Whether homes shall tell how the period runs, and will be answered.</returns>
    public bool Begin(Period period, IEnumerable<MemberId> planned, IEnumerable<Trade> trades)
    {
        lock (_lock)
        {
            _sent = null;
            _timer?.Dispose();
            _timer = null;
            if (!_book.Begin(period, planned, trades))
            {
                return false;
            }

            Wait(period);
            return true;
        }
    }

    /// <summary>The handler of <see cref="Topics.AllRunning"/>.</summary>
    public Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseRunning(message.Topic, out var sender) || !rate.TryTake(sender) || members.Find(sender) is not { } member)
        {
            return Task.CompletedTask;
        }

        if (!WireFormat.TryReadPlan(message.Payload.Span, out var told, out var error))
        {
            logger.LogInformation("What {Member} tells of a period that runs is refused: malformed. {Detail}", sender, error);
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            if (!_book.TryTake(told, member))
            {
                logger.LogInformation("What {Member} tells of period {Period} is refused: it does not run, or is another's, not an active member's, or beyond the connection or the market's prices.", sender, told.First.Index);
            }
            else if (_sent is null && _book.IsComplete)
            {
                Send();
            }
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void Wait(Period period) => _timer = time.CreateTimer(
        _ =>
        {
            lock (_lock)
            {
                if (_book.Running == period)
                {
                    Send();
                }
            }
        },
        null, _patience, _patience);

    private void Send()
    {
        if (_book.Signal() is { } signal && signal != _sent)
        {
            _sent = signal;
            publisher.Send(topics.Balance, WireFormat.Write(signal));
        }
    }
}
