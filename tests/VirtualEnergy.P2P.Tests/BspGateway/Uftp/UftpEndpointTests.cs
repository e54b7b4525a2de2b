using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Uftp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>An aggregator and a simulated grid operator who post signed messages to each other.</summary>
public sealed class UftpEndpointTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(UftpExamples.Now);
    private readonly EndpointCalls _atAggregator = new();
    private readonly EndpointCalls _atOperator = new();
    private readonly UftpMailbox _aggregatorsMailbox = new(UftpExamples.AtAggregator, UftpExamples.AggregatorKey);
    private readonly UftpMailbox _operatorsMailbox = new(UftpExamples.AtOperator, UftpExamples.OperatorKey);
    private readonly Queue<UftpMessage> _fromAggregator = [];
    private readonly Queue<UftpMessage> _fromOperator = [];
    private readonly SimulatedGridOperator _operator;
    private readonly AggregatorDesk _desk;

    public UftpEndpointTests()
    {
        _operator = new SimulatedGridOperator(UftpExamples.AtOperator, _time);
        _desk = new AggregatorDesk(UftpExamples.AtAggregator, new AggregatorDecisions { Plan = _ => UftpExamples.Plan(), Reserve = (_, _) => null }, _time, UftpExamples.Id);
        _atAggregator.Routes.MapUftp(_aggregatorsMailbox, _desk.Receive, _fromAggregator.Enqueue);
        _atOperator.Routes.MapUftp(_operatorsMailbox, _operator.Receive, _fromOperator.Enqueue);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trade_is_made_and_settled_by_signed_messages_both_ways()
    {
        _fromOperator.Enqueue(UftpExamples.All.OfType<TestMessage>().Single() with { SenderDomain = UftpExamples.GridOperator, RecipientDomain = UftpExamples.Aggregator });
        _fromOperator.Enqueue(_operator.Ask(UftpExamples.Request()));
        await DeliverAll();
        Assert.Single(_operator.Received.OfType<TestMessageResponse>());
        var order = _operator.Order(Assert.Single(_operator.Offers.Values));
        _fromOperator.Enqueue(order);
        await DeliverAll();
        Assert.Equal(UftpResult.Accepted, Assert.Single(_operator.Received.OfType<FlexOrderResponse>()).Result);
        _time.SetUtcNow(UftpExamples.Now.AddDays(20));
        _fromOperator.Enqueue(UftpExamples.Settlement(order));
        await DeliverAll();
        Assert.Equal(SettlementDisposition.Accepted, Assert.Single(Assert.Single(_operator.Received.OfType<FlexSettlementResponse>()).Orders).Disposition);
        Assert.Equal(FlexTradeState.Settled, Assert.Single(_desk.Trades).State);
    }

    [Fact]
    public async Task A_message_delivered_twice_is_done_once()
    {
        var request = _operator.Ask(UftpExamples.Request());
        _fromOperator.Enqueue(request);
        _fromOperator.Enqueue(request);
        await DeliverAll();
        Assert.Single(_desk.Trades);
        Assert.Equal([null, "Already Submitted"], _operator.Received.OfType<FlexRequestResponse>().Select(response => response.RejectionReason));
    }

    [Theory]
    [InlineData("application/json", 400)]
    [InlineData("text/xml; charset=utf-16", 400)]
    [InlineData("text/xml", 400)]
    public async Task What_is_no_signed_message_is_told_by_the_status(string type, int status)
    {
        using var content = new ByteArrayContent("<x/>"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await _atAggregator.Client().PostAsync(UftpEndpoints.Path, content, Cancellation);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_message_of_fifty_megabytes_is_not_read()
    {
        using var content = new ByteArrayContent(new byte[50_000_000]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/xml");
        using var answer = await _atAggregator.Client().PostAsync(UftpEndpoints.Path, content, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Delivery_is_tried_again_after_1_2_and_4_seconds()
    {
        using var shaky = new ShakyServer(HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound, null, HttpStatusCode.OK);
        using var http = new HttpClient(shaky);
        var sending = new UftpClient(http, UftpExamples.AtAggregator, _aggregatorsMailbox, _time).SendAsync(UftpExamples.Prognosis(), Cancellation);
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            Assert.False(sending.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        await sending;
        Assert.Equal(4, shaky.Bodies.Count);
        Assert.Single(shaky.Bodies.Distinct()); // the same bytes each time, so a copy is known as one
    }

    [Fact]
    public async Task Delivery_ends_at_a_refusal_and_at_the_end_of_patience()
    {
        using var refusing = new ShakyServer(HttpStatusCode.Unauthorized);
        using var http = new HttpClient(refusing);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new UftpClient(http, UftpExamples.AtAggregator, _aggregatorsMailbox, _time).SendAsync(UftpExamples.Prognosis(), Cancellation));
        Assert.Contains("HTTP 401", refused.Message, StringComparison.Ordinal);

        using var silent = new ShakyServer(null, null);
        using var other = new HttpClient(silent);
        var sending = new UftpClient(other, UftpExamples.AtAggregator, _aggregatorsMailbox, _time) { Patience = TimeSpan.FromSeconds(2) }.SendAsync(UftpExamples.Prognosis(), Cancellation);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("no answer", (await Assert.ThrowsAsync<HttpRequestException>(() => sending)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_address_is_told_by_name()
    {
        using var http = new HttpClient();
        var missing = await Assert.ThrowsAsync<HttpRequestException>(() => new UftpClient(http, UftpExamples.AtAggregator, _aggregatorsMailbox, _time).SendAsync(UftpExamples.Prognosis() with { RecipientDomain = "nobody.example.org" }, Cancellation));
        Assert.Contains("nobody.example.org as DSO", missing.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _atAggregator.Dispose();
        _atOperator.Dispose();
    }

    private async Task DeliverAll()
    {
        var (aggregator, gridOperator) = (
            new UftpClient(_atOperator.Client(), UftpExamples.AtAggregator, _aggregatorsMailbox, _time),
            new UftpClient(_atAggregator.Client(), UftpExamples.AtOperator, _operatorsMailbox, _time));
        while (_fromAggregator.Count + _fromOperator.Count > 0)
        {
            while (_fromOperator.TryDequeue(out var message))
            {
                await gridOperator.SendAsync(message, Cancellation);
            }

            while (_fromAggregator.TryDequeue(out var message))
            {
                await aggregator.SendAsync(message, Cancellation);
            }
        }
    }

    /// <summary>Answers with each status in turn; null breaks the connection.</summary>
    private sealed class ShakyServer(params HttpStatusCode?[] answers) : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return answers[Bodies.Count - 1] is { } status ? new HttpResponseMessage(status) : throw new HttpRequestException("Broken.");
        }
    }
}
