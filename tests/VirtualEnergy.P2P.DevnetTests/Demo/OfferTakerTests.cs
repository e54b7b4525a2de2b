using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Devnet.Tso;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>How the simulated system operator takes offers that change while it answers them.</summary>
public sealed class OfferTakerTests
{
    private static readonly DateTimeOffset Evening = new(2026, 6, 21, 17, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = Evening.AddMinutes(15);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _said = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_is_offered_upward_is_taken_as_it_is_asked()
    {
        var market = new Market(new("a-up", Evening, 1_000), new("b-up", Last, 700), new("b-down", Last, 400, "down"));
        var (offers, problem) = await Taker(market).TakeAsync(Last, Cancellation);
        Assert.Null(problem);
        Assert.Equal([("a-up", 1_000L), ("b-up", 700L)], market.Results.Select(result => (result.Offer!, result.Steps[0].Watts)));
        Assert.Equal([1_000, 700, null], offers.Select(offer => offer.AcceptedWatts));
        Assert.Empty(_said);
    }

    [Fact]
    public async Task An_offer_that_was_changed_between_reading_and_answering_is_refused_with_its_reason_and_its_successor_is_taken()
    {
        var market = new Market(new("a-up", Evening, 1_000), new("b-up", Last, 700));
        market.ReplaceWhenAnswered("b-up", new Offer("b-up-2", Last, 600));
        var (offers, problem) = await Taker(market).TakeAsync(Last, Cancellation);
        Assert.Null(problem);
        Assert.Equal(["a-up", "b-up-2"], offers.Select(offer => offer.Id));
        Assert.Equal(["the result of offer b-up is refused: Offer b-up is replaced already."], _said);
    }

    [Fact]
    public async Task An_answer_that_is_always_refused_is_said_once_and_given_up_with_the_reason_when_patience_ends()
    {
        var market = new Market(new("a-up", Evening, 1_000), new("b-up", Last, 700)) { Refuses = "b-up" };
        var (_, problem) = await Taker(market).TakeAsync(Last, Cancellation);
        Assert.Equal("offer b-up for 2026-06-21 17:15 UTC has no result after 60 s: It is not to be had.", problem);
        Assert.Equal(["the result of offer b-up is refused: It is not to be had."], _said);

        // Five tries, and no more.
        Assert.Equal(5, market.Asked.Count(offer => offer == "b-up"));
    }

    [Fact]
    public async Task An_offer_of_another_period_that_cannot_be_taken_does_not_hold_up_the_evening()
    {
        var market = new Market(new("a-up", Evening, 1_000), new("b-up", Last, 700)) { Refuses = "a-up" };
        var (offers, problem) = await Taker(market).TakeAsync(Last, Cancellation);
        Assert.Null(problem);
        Assert.Equal([null, 700], offers.Select(offer => offer.AcceptedWatts));
        Assert.Single(_said);
    }

    [Theory]
    [InlineData(true, "nothing is offered upward for 2026-06-21 17:15 UTC after 60 s")]
    [InlineData(false, "nothing is offered upward after 60 s")]
    public async Task Where_the_last_period_is_not_offered_it_gives_up_and_says_so(bool isOtherOffered, string why)
    {
        var market = isOtherOffered ? new Market(new Offer("a-up", Evening, 1_000)) : new Market();
        Assert.Equal(why, (await Taker(market).TakeAsync(Last, Cancellation)).Problem);
    }

    // Each reading of the offers takes a second.
    private OfferTaker Taker(Market market)
    {
        market.Read = () => _time.Advance(TimeSpan.FromSeconds(1));
        return new OfferTaker(new HttpClient(market) { BaseAddress = new Uri("http://gateway") }, TimeSpan.FromSeconds(60), TimeSpan.Zero, _said.Add, _time);
    }

    private sealed record Offer(string Id, DateTimeOffset Start, long Watts, string Direction = "up")
    {
        public long? Accepted { get; init; }
    }

    /// <summary>The gateway's side: offers and results, as its API tells them.</summary>
    private sealed class Market(params Offer[] offers) : HttpMessageHandler
    {
        private readonly List<Offer> _offers = [.. offers];
        private (string Id, Offer Successor)? _change;

        public List<ResultMessage> Results { get; } = [];

        public List<string> Asked { get; } = [];

        public string? Refuses { get; init; }

        public Action Read { get; set; } = () => { };

        public void ReplaceWhenAnswered(string id, Offer successor) => _change = (id, successor);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Get)
            {
                Read();
                return new HttpResponseMessage { Content = JsonContent.Create(_offers.Select(offer => new OfferView(offer.Id, "unit", 0, offer.Start, offer.Direction, offer.Watts, 300_000, offer.Accepted, null))) };
            }

            var result = JsonSerializer.Deserialize<ResultMessage>(await request.Content!.ReadAsStringAsync(cancellationToken), JsonSerializerOptions.Web)!;
            var index = _offers.FindIndex(offer => offer.Id == result.Offer);
            Asked.Add(result.Offer!);
            if (_change is { } change && change.Id == result.Offer)
            {
                (_offers[index], _change) = (change.Successor, null);
                return Refusal($"Offer {result.Offer} is replaced already.");
            }

            if (result.Offer == Refuses)
            {
                return Refusal("It is not to be had.");
            }

            Results.Add(result);
            _offers[index] = _offers[index] with { Accepted = result.Steps.Sum(step => step.Watts) };
            return new HttpResponseMessage(HttpStatusCode.OK);
        }

        private static HttpResponseMessage Refusal(string words) => new(HttpStatusCode.Conflict) { Content = JsonContent.Create(new { status = 409, detail = words, code = "offer-decided" }) };
    }
}
