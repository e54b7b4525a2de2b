using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A member's line to the broker, with what came over it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly MqttLink _link;
    private readonly Channel<BidReceipt> _receipts = Channel.CreateUnbounded<BidReceipt>();
    private readonly Channel<ReadingReceipt> _readings = Channel.CreateUnbounded<ReadingReceipt>();
    private readonly Channel<RoundAnnouncement> _open = Channel.CreateUnbounded<RoundAnnouncement>();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TestNode(MqttLink link, Topics topics, MemberId member)
    {
        (_link, Topics, Member) = (link, topics, member);
        link.StateChanged += change =>
        {
            if (change.State == LinkState.BackingOff)
            {
                _cut.TrySetResult();
            }
        };
    }

    /// <summary>Completes when the broker has ended the connection for the first time.</summary>
    public Task Cut => _cut.Task;

    public Topics Topics { get; }

    public MemberId Member { get; }

    public static async Task<TestNode> ConnectAsync(BrokerAddress broker, string community, MemberId member, CancellationToken cancellation)
    {
        var options = new MqttLinkOptions
        {
            Broker = broker,
            ClientId = $"node-{member}",
            PublishTimeout = Hang.After,
            LongestBackOff = TimeSpan.FromMilliseconds(500),
        };
        var node = new TestNode(new MqttLink(options, TimeProvider.System, NullLogger.Instance), new Topics(community), member);
        await node._link.SubscribeAsync(node.Topics.Receipts(member), node.TakeReceiptAsync, cancellation);
        await node._link.SubscribeAsync(node.Topics.Readings(member), node.TakeReadingReceiptAsync, cancellation);
        await node._link.SubscribeAsync(node.Topics.RoundOpen, node.TakeAnnouncementAsync, cancellation);
        await node._link.StartAsync(cancellation);
        return node;
    }

    /// <summary>Says that the member's node is there.</summary>
    public Task GreetAsync(CancellationToken cancellation) =>
        _link.PublishAsync(Topics.Status(Member), WireFormat.Write(new NodeStatus(Member, true, "A test's home", null)), retain: true, cancellation);

    public Task SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        _link.PublishAsync(Topics.Bids(Member), payload, cancellation: cancellation);

    public Task SendAsync(SignedBid signed, CancellationToken cancellation) =>
        SendAsync(WireFormat.Write(new BidMessage(signed.Bid, signed.Signature)), cancellation);

    public Task SendAsync(MeterReading reading, CancellationToken cancellation) =>
        _link.PublishAsync(Topics.Meters(Member), WireFormat.Write(reading), cancellation: cancellation);

    public Task SendAsync(Signed<SuggestedStarts> suggested, CancellationToken cancellation) =>
        _link.PublishAsync(Topics.Suggestions(Member), WireFormat.Write(suggested), cancellation: cancellation);

    /// <summary>Sends a reading and waits for its receipt. One of another reading comes where the node before left without saying that it had it.</summary>
    public async Task<ReadingReceipt> AskAsync(MeterReading reading, CancellationToken cancellation)
    {
        await SendAsync(reading, cancellation);
        while (true)
        {
            var receipt = await _readings.Reader.ReadAsync(cancellation).AsTask().WaitAsync(TestCommunity.Patience, cancellation);
            if (receipt.Member == reading.Member && receipt.Period == reading.Period && receipt.Number == reading.Number)
            {
                return receipt;
            }
        }
    }

    /// <summary>Sends a reading again as long as its period is not cleared yet.</summary>
    public async Task<ReadingReceipt> AskUntilKnownAsync(MeterReading reading, CancellationToken cancellation)
    {
        while (true)
        {
            var receipt = await AskAsync(reading, cancellation);
            if (receipt.Reason != "wrong-period")
            {
                return receipt;
            }
        }
    }

    /// <summary>Sends a dispute, or its dismissal, and waits for what the reading is worth then.</summary>
    public async Task<ReadingReceipt> AskAsync(DisputeMessage dispute, CancellationToken cancellation)
    {
        await _link.PublishAsync(Topics.Disputes(Member), WireFormat.Write(dispute), cancellation: cancellation);
        return await _readings.Reader.ReadAsync(cancellation).AsTask().WaitAsync(TestCommunity.Patience, cancellation);
    }

    /// <summary>Sends and waits for the answer.</summary>
    public async Task<BidReceipt> AskAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        await SendAsync(payload, cancellation);
        return await ReceiptAsync(cancellation);
    }

    /// <summary>The same. Of another bid a receipt comes where the node before left without saying that it had it: the broker then brings it again.</summary>
    public async Task<BidReceipt> AskAsync(SignedBid signed, CancellationToken cancellation)
    {
        await SendAsync(signed, cancellation);
        while (true)
        {
            var receipt = await ReceiptAsync(cancellation);
            if (receipt.BidHash == default || receipt.BidHash == signed.Hash)
            {
                return receipt;
            }
        }
    }

    public Task<BidReceipt> ReceiptAsync(CancellationToken cancellation) =>
        _receipts.Reader.ReadAsync(cancellation).AsTask().WaitAsync(TestCommunity.Patience, cancellation);

    /// <summary>The next announcement, however long it takes.</summary>
    public ValueTask<RoundAnnouncement> AnnouncementAsync(CancellationToken cancellation) => _open.Reader.ReadAsync(cancellation);

    /// <summary>The next receipt, however long it takes.</summary>
    public ValueTask<BidReceipt> NextReceiptAsync(CancellationToken cancellation) => _receipts.Reader.ReadAsync(cancellation);

    /// <summary>Returns when the period's gate is announced as open, with what was announced.</summary>
    public async Task<RoundAnnouncement> UntilOpenAsync(Period period, CancellationToken cancellation)
    {
        while (true)
        {
            var round = await _open.Reader.ReadAsync(cancellation).AsTask().WaitAsync(TestCommunity.Patience, cancellation);
            if (round.Period == period)
            {
                return round;
            }
        }
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private Task TakeReceiptAsync(MqttMessage message, CancellationToken cancellation) =>
        WireFormat.TryReadReceipt(message.Payload.Span, out var receipt, out var error)
            ? _receipts.Writer.WriteAsync(receipt, cancellation).AsTask() : throw new InvalidDataException(error);

    private Task TakeReadingReceiptAsync(MqttMessage message, CancellationToken cancellation) =>
        WireFormat.TryReadReadingReceipt(message.Payload.Span, out var receipt, out var error)
            ? _readings.Writer.WriteAsync(receipt, cancellation).AsTask() : throw new InvalidDataException(error);

    private Task TakeAnnouncementAsync(MqttMessage message, CancellationToken cancellation) =>
        WireFormat.TryReadAnnouncement(message.Payload.Span, out var round, out var error)
            ? _open.Writer.WriteAsync(round, cancellation).AsTask() : throw new InvalidDataException(error);
}
