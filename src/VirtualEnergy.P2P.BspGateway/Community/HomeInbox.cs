using System.Collections.Immutable;
using System.Threading.Channels;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>What comes from homes, until it stands on the board: samples at once, everything with a signature by a thread of its own, so many of each home at a time.</summary>
/// <param name="between">The topics.</param>
/// <param name="homes">In their order on the board.</param>
/// <param name="intake">Checks.</param>
/// <param name="board">Where it is put.</param>
/// <param name="first">Where the homes begin there.</param>
/// <param name="future">How far a sample's time may be ahead of this clock.</param>
/// <param name="time">The market's clock.</param>
/// <param name="tally">Counts what is left out.</param>
/// <param name="notKept">Told of a promise that the exchange does not refuse bids by.</param>
/// <param name="heard">Told of a home's answer: the home, the answer, and the order that it accepts for the first time.</param>
internal sealed class HomeInbox(
    FlexibilityTopics between, ImmutableArray<CommunityHome> homes, HomeIntake intake, HomeBoard board, int first, TimeSpan future, TimeProvider time, IntakeTally tally,
    Action<int, FlexibilityReply, HomeOrder?> heard, Action<MemberId, ReservationAnswer> notKept)
{
    /// <summary>Signed messages of one home that wait to be checked.</summary>
    private const int MostWaiting = 8;

    private readonly Dictionary<MemberId, int> _places = Enumerable.Range(0, homes.Length).ToDictionary(home => homes[home].Member);
    private readonly int[] _waitingOf = new int[homes.Length];

    private readonly Channel<(HomeWord Word, int Home, byte[] Payload)> _waiting = Channel.CreateUnbounded<(HomeWord, int, byte[])>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Where a member's home is in the order of homes.</summary>
    public bool TryFind(MemberId member, out int home) => _places.TryGetValue(member, out home);

    /// <summary>A signed message has come.</summary>
    public void Take(HomeWord word, MqttMessage message)
    {
        if (!TryPlace(message, out var home))
        {
            return;
        }

        if (message.Payload.Length > (word == HomeWord.Headroom ? WireFormat.MaxHeadroomBytes : WireFormat.MaxSmallBytes))
        {
            tally.Add(homes[home].Member.Value, IntakeCode.Malformed);
        }
        else if (Interlocked.Increment(ref _waitingOf[home]) > MostWaiting)
        {
            Interlocked.Decrement(ref _waitingOf[home]);
            tally.Add(homes[home].Member.Value, IntakeCode.TooMany);
        }
        else
        {
            // A copy: the payload may lie in the connection's own buffer.
            _ = _waiting.Writer.TryWrite((word, home, message.Payload.ToArray()));
        }
    }

    /// <summary>A sample has come. It has no signature, and what it costs to check is bounded.</summary>
    public void TakeSample(MqttMessage message)
    {
        if (!TryPlace(message, out var home))
        {
            return;
        }

        var now = time.GetUtcNow();
        var refusal = WireFormat.TryReadTelemetrySample(message.Payload.Span, homes[home].Member, out var sample, out _) ? homes[home].Take(sample, now + future) : IntakeCode.Malformed;
        if (refusal is not null)
        {
            tally.Add(homes[home].Member.Value, refusal);
            return;
        }

        // A home's clock that goes ahead a little must not make its measurement one of the future.
        var measured = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(sample!.At, now.ToUnixTimeMilliseconds()));
        board.Change(first + home, state => measured > state.MeasuredAt ? state with { PowerWatts = sample.Watts, MeasuredAt = measured } : state);
    }

    /// <summary>The exchange has said whether it keeps a promise. At once on the board: others are to make up for a home that may trade what it has promised.</summary>
    public void TakeKept(MqttMessage message)
    {
        if (!between.TryParseKept(message.Topic, out var member) || !_places.TryGetValue(member, out var home))
        {
            tally.Add("others", IntakeCode.Unknown);
            return;
        }

        var refusal = !WireFormat.TryReadReservationAnswer(message.Payload.Span, out var answer, out _) || answer.Member != member ? IntakeCode.Malformed : homes[home].Take(answer);
        if (refusal is not null)
        {
            tally.Add(homes[home].Member.Value, refusal);
            return;
        }

        board.Change(first + home, state => homes[home].At(time.GetUtcNow(), state));
        if (!answer!.Accepted)
        {
            notKept(homes[home].Member, answer);
        }
    }

    /// <summary>Checks what waits until there is no more to come.</summary>
    public async Task RunAsync()
    {
        await foreach (var (word, home, payload) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Interlocked.Decrement(ref _waitingOf[home]);
            if (intake.Take(word, home, payload, out var taken) is { } refusal)
            {
                tally.Add(homes[home].Member.Value, refusal);
            }
            else if (word is HomeWord.Program or HomeWord.Headroom)
            {
                if (homes[home].Outlook() is { } outlook)
                {
                    board.Foresee(first + home, outlook);
                }
            }
            else if (taken.Reply is { } reply)
            {
                // At once, and not at the next cycle: others are to make up for what it cannot do.
                board.Change(first + home, state => homes[home].At(time.GetUtcNow(), state));
                heard(home, reply, taken.Accepted);
            }
        }
    }

    /// <summary>Nothing more is taken.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    private bool TryPlace(MqttMessage message, out int home)
    {
        home = 0;
        if (between.TryParseHome(message.Topic, out var member) && _places.TryGetValue(member, out home))
        {
            return true;
        }

        tally.Add("others", IntakeCode.Unknown);
        return false;
    }
}
