using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

/// <summary>What every broker must do for us. Each derived class runs all of it against its own kind.</summary>
public abstract partial class BrokerTestBase : IAsyncLifetime
{
    protected static readonly TimeSpan Soon = Hang.After;
    protected static readonly MemberId Ada = new("0x" + new string('a', 40));

    private readonly List<IAsyncDisposable> _toDispose = [];

    protected static Topics Topics { get; } = new(ITestBroker.Community);

    protected ITestBroker Broker { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Broker = CreateBroker();
        await Broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in Enumerable.Reverse(_toDispose))
        {
            await link.DisposeAsync();
        }

        if (Broker is not null)
        {
            await Broker.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract ITestBroker CreateBroker();

    protected CuttableLine Line()
    {
        var line = new CuttableLine(Broker.Port);
        _toDispose.Add(line);
        return line;
    }

    protected MqttLink Exchange(int? port = null) => Link("exchange", port, ITestBroker.ExchangeUser, ITestBroker.ExchangePassword);

    protected MqttLink Node(string name, int? port = null, MqttMessage? lastWill = null, MqttMessage? greeting = null, string? user = null) =>
        Link(name, port, user, null, lastWill, greeting);

    protected MqttLink Link(string clientId, int? port = null, string? user = null, string? password = null, MqttMessage? lastWill = null, MqttMessage? greeting = null)
    {
        var options = new MqttLinkOptions
        {
            Broker = BrokerAddress.Local(port ?? Broker.Port),
            ClientId = clientId,
            User = user,
            Password = password,
            LastWill = lastWill,
            Greeting = greeting,
            FirstBackOff = TimeSpan.FromMilliseconds(50),
            LongestBackOff = TimeSpan.FromMilliseconds(400),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PublishTimeout = Soon,
        };
        var link = new MqttLink(options, TimeProvider.System, NullLogger.Instance);
        _toDispose.Add(link);
        return link;
    }

    /// <summary>Subscribes and lets the test read what comes, one by one, within a deadline.</summary>
    protected static async Task<ChannelReader<MqttMessage>> ReceivedAsync(MqttLink link, string filter)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await link.SubscribeAsync(filter, (message, _) => received.Writer.WriteAsync(message, CancellationToken.None).AsTask(), Cancellation);
        return received.Reader;
    }

    protected static async Task<MqttMessage> NextAsync(ChannelReader<MqttMessage> received) =>
        await received.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);

    /// <summary>Completes at the next change into the state.</summary>
    protected static Task<LinkStateChange> NextStateAsync(MqttLink link, LinkState state)
    {
        var seen = new TaskCompletionSource<LinkStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.StateChanged += change =>
        {
            if (change.State == state)
            {
                seen.TrySetResult(change);
            }
        };
        return seen.Task.WaitAsync(Soon, Cancellation);
    }

    protected static ReadOnlyMemory<byte> BidBytes(long number) => WireFormat.Write(new BidMessage(
        new Bid(Ada, new Period(1), number, [new Step(new Price(210_000), new Energy(500))], []), [.. new byte[65]]));

    protected static long NumberOf(MqttMessage message) =>
        WireFormat.TryReadBid(message.Payload.Span, Ada, out var bid, out _) ? bid.Bid.Number : throw new InvalidDataException("Not the bid that was sent.");
}
