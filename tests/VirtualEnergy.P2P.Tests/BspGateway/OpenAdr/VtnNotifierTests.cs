using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Notifying;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.OpenAdr.VtnFixture;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class VtnNotifierTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordedPost _recorded = new();
    private readonly HttpClient _http;
    private readonly CallbackPost _post;
    private readonly VtnDesk _desk;
    private int _ids;

    public VtnNotifierTests()
    {
        _http = new HttpClient(_recorded);
        _post = new CallbackPost(_http, new CallbackPolicy([]), _time, NullLogger.Instance);
        VtnClient[] clients = [Business, Anna, Bruno];
        var notifier = new VtnNotifier(id => clients.FirstOrDefault(client => client.ClientId == id), _post);
        _desk = new VtnDesk(new VtnObjects([], null), notifier.Changed, _time, () => $"id-{++_ids}");
    }

    public async ValueTask DisposeAsync()
    {
        await _post.DisposeAsync();
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_VEN_is_told_of_events_that_it_may_read_with_its_own_token()
    {
        Ven(Anna, "anna");
        Ven(Bruno, "bruno");
        Subscribe(Anna, "https://anna.example/told");
        Subscribe(Bruno, "https://bruno.example/told");
        var program = _desk.Create(Business, ObjectKind.Program, Parsed("""{"programName":"prices"}""")).Id;
        _desk.Create(Business, ObjectKind.Event, Parsed($$"""{"programID":"{{program}}","targets":["anna","town"]}"""));

        var (address, token, body) = await _recorded.NextAsync();
        Assert.Equal(("https://anna.example/told", "Bearer letmein"), (address, token));
        var told = Parsed(body);
        Assert.Equal("EVENT", told.GetProperty("objectType").GetString());
        Assert.Equal("CREATE", told.GetProperty("operation").GetString());
        Assert.Equal("""["anna"]""", told.GetProperty("object").GetProperty("targets").GetRawText());

        _desk.Create(Business, ObjectKind.Event, Parsed($$"""{"programID":"{{program}}","targets":["bruno"]}"""));
        Assert.Equal("https://bruno.example/told", (await _recorded.NextAsync()).Address); // and nothing for Anna between
    }

    [Fact]
    public async Task A_notification_is_tried_three_times_and_one_that_hangs_holds_up_nobody()
    {
        _recorded.Answer = address => address.Contains("anna", StringComparison.Ordinal) ? HttpStatusCode.BadGateway : HttpStatusCode.OK;
        Subscribe(Anna, "https://anna.example/told");
        Subscribe(Bruno, "https://bruno.example/told");
        var program = _desk.Create(Business, ObjectKind.Program, Parsed("""{"programName":"prices"}""")).Id;
        _desk.Create(Business, ObjectKind.Event, Parsed($$"""{"programID":"{{program}}"}"""));

        string[] first = [(await _recorded.NextAsync()).Address, (await _recorded.NextAsync()).Address];
        Assert.Equal(["https://anna.example/told", "https://bruno.example/told"], first.Order());
        // Attempts two and three wait for the clock; it goes on as soon as someone waits for it.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var next = _recorded.NextAsync();
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.Equal("https://anna.example/told", (await next).Address);
        }
    }

    [Theory]
    [InlineData("https://anna.example/x", true)]
    [InlineData("http://anna.example/x", false)]
    [InlineData("https://192.168.1.1/x", false)]
    [InlineData("https://[::1]/x", false)]
    [InlineData("https://localhost/x", false)]
    [InlineData("https://router/x", false)]
    [InlineData("ftp://anna.example/x", false)]
    [InlineData("http://pi.home:8080/x", true)]
    public void Where_notifications_may_go(string address, bool allowed) =>
        Assert.Equal(allowed, new CallbackPolicy(["pi.home"]).Refusal(new Uri(address)) is null);

    private void Ven(VtnClient client, string target) => _desk.Create(Business, ObjectKind.Ven, Parsed(
        $$"""{"objectType":"BL_VEN_REQUEST","clientID":"{{client.ClientId}}","venName":"{{client.ClientId}}","targets":["{{target}}"]}"""));

    private void Subscribe(VtnClient client, string address) => _desk.Create(client, ObjectKind.Subscription, Parsed(
        $$"""{"clientName":"{{client.ClientId}}","objectOperations":[{"objects":["EVENT"],"operations":["CREATE"],"callbackUrl":"{{address}}","bearerToken":"letmein"}]}"""));

    /// <summary>What was posted, in order.</summary>
    private sealed class RecordedPost : HttpMessageHandler
    {
        private readonly Channel<(string, string, string)> _posts = Channel.CreateUnbounded<(string, string, string)>();

        public Func<string, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.OK;

        public async Task<(string Address, string Token, string Body)> NextAsync() =>
            await _posts.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = request.RequestUri!.ToString();
            await _posts.Writer.WriteAsync(
                (address, request.Headers.Authorization!.ToString(), await request.Content!.ReadAsStringAsync(cancellationToken)), cancellationToken);
            return new HttpResponseMessage(Answer(address));
        }
    }
}
