using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>A battery and a plant of ours under a manager that means no good: it says what no session of ours would.</summary>
public sealed class HostileManagerTests : IAsyncLifetime
{
    private const string Battery = "battery";
    private const string Plant = "plant";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly Dictionary<string, Line> _lines = [];
    private readonly TimeProvider _time = TimeProvider.System;
    private WebApplication _app = null!;
    private SimulatedStorage _cells = null!;
    private SimulatedPlant _plant = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(ServeAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);

        _cells = new SimulatedStorage(new BatteryStore(Battery, new BatteryDescription(new Energy(10_000), 5_000, 5_000, initialFill: new Energy(5_000))), _time);
        _plant = new SimulatedPlant(PowerProfile.Constant(3_000), _time);
        Connect(Battery, OfferedDevice.Of(OfferedIdentity.Simulated(Battery, "battery"), _cells, _time));
        Connect(Plant, OfferedDevice.Of(OfferedIdentity.Simulated(Plant, "photovoltaic plant"), _plant, _time));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
        foreach (var line in _lines.Values)
        {
            line.Dispose();
        }
    }

    [Theory]
    [InlineData("actuator-7", "mode-1", "1", "no description of actuator")]
    [InlineData("actuator-0", "mode-9", "1", "there is no operation mode")]
    [InlineData("actuator-0", "mode-1", "1.5", "operation_mode_factor")]
    [InlineData("actuator-0", "mode-1", "-1", "operation_mode_factor")]
    [InlineData("actuator-0", "mode-1", "1e308", "INVALID")]
    [InlineData("actuator-0", "mode-1", "\"much\"", "INVALID")]
    public async Task A_storage_refuses_what_it_never_offered_and_rests(string actuator, string mode, string factor, string why)
    {
        await HeardAsync(Battery, "\"FRBC.StorageStatus\"");
        await SayAsync(Battery, $$"""
            {"message_type":"FRBC.Instruction","message_id":"evil-1","id":"order-1","execution_time":"2026-01-01T00:00:00Z","abnormal_condition":false,"actuator_id":"{{Identifier.Named(actuator)}}","operation_mode":"{{Identifier.Named(mode)}}","operation_mode_factor":{{factor}}}
            """);
        Assert.Contains(why, await AnswerAsync(Battery, "evil-1"), StringComparison.Ordinal);
        Assert.Equal(0, _cells.Watts);

        // The session goes on, and a good one is followed.
        await SayAsync(Battery, Order("order-2"));
        await HeardAsync(Battery, "\"STARTED\"");
        Assert.Equal(5_000, _cells.Watts);
    }

    [Theory]
    [InlineData("limits", -3_001, 0, "lower_limit")]
    [InlineData("limits", -3_000, 1, "upper_limit")]
    [InlineData("limits", 0, -1, "above upper_limit")]
    [InlineData("nobody-s", -1_000, 0, "power_constraints_id")]
    public async Task A_plant_refuses_limits_that_it_never_allowed_and_gives_what_the_sun_gives(string limits, int lower, int upper, string why)
    {
        await HeardAsync(Plant, "\"PEBC.PowerConstraints\"");
        await SayAsync(Plant, $$"""
            {"message_type":"PEBC.Instruction","message_id":"evil-1","id":"order-1","execution_time":"2026-01-01T00:00:00Z","abnormal_condition":false,"power_constraints_id":"{{Identifier.Named(limits)}}",
             "power_envelopes":[{"id":"envelope","commodity_quantity":"ELECTRIC.POWER.3_PHASE_SYMMETRIC","power_envelope_elements":[{"duration":900000,"upper_limit":{{upper}},"lower_limit":{{lower}}}]}]}
            """);
        Assert.Contains(why, await AnswerAsync(Plant, "evil-1"), StringComparison.Ordinal);
        Assert.Equal(-3_000, _plant.Watts);
    }

    [Fact]
    public async Task An_instruction_twice_or_of_another_control_type_changes_nothing()
    {
        await HeardAsync(Battery, "\"FRBC.StorageStatus\"");
        await SayAsync(Battery, Order("order-1"));
        await HeardAsync(Battery, "\"STARTED\"");
        await SayAsync(Battery, Order("order-1", "mode-2", "evil-1"));
        Assert.Contains("there is an instruction order-1 already", await AnswerAsync(Battery, "evil-1"), StringComparison.Ordinal);
        await SayAsync(Battery, $$"""{"message_type":"OMBC.Instruction","message_id":"evil-2","id":"order-2","execution_time":"2026-01-01T00:00:00Z","abnormal_condition":false,"operation_mode_id":"{{Identifier.Named("mode-1")}}","operation_mode_factor":1}""");
        Assert.Contains("INVALID_CONTENT", await AnswerAsync(Battery, "evil-2"), StringComparison.Ordinal);
        Assert.Equal(5_000, _cells.Watts);
    }

    [Fact]
    public async Task A_flood_of_instructions_ends_the_session_and_the_battery_rests()
    {
        await HeardAsync(Battery, "\"FRBC.StorageStatus\"");
        try
        {
            for (var i = 0; i < 2 * S2Limits.Default.MessagesPerMinute; i++)
            {
                await SayAsync(Battery, Order($"order-{i}", i % 2 == 0 ? "mode-1" : "mode-2", $"flood-{i}"));
            }
        }
        catch (Exception cut) when (cut is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut off while it was still at it.
        }

        // Too many messages within a minute, or more answers than it reads: either way it is shown out.
        await S2Home.UntilAsync(() => _lines[Battery].Connection is { IsEstablished: false }, "the session is over");
        await _lines[Battery].Resource.StepAsync(_stop.Token);
        Assert.Equal(0, _cells.Watts);
        Assert.InRange(_cells.FillLevel!.Value, 4.9, 5.1);
    }

    private static string Order(string id, string mode = "mode-1", string message = "good-1") => $$"""
        {"message_type":"FRBC.Instruction","message_id":"{{message}}","id":"{{id}}","execution_time":"2026-01-01T00:00:00Z","abnormal_condition":false,"actuator_id":"{{Identifier.Named("actuator-0")}}","operation_mode":"{{Identifier.Named(mode)}}","operation_mode_factor":1}
        """;

    private void Connect(string name, OfferedDevice device)
    {
        var line = _lines[name] = new Line(device.Open(new Identifier(name)));
        var address = new UriBuilder(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) { Scheme = "ws", Path = $"/{name}" }.Uri;
        var manager = new S2ResourceManager(
            _ => ValueTask.FromResult(new S2ManagerAddress(address, "any", new S2Trust())),
            line.Resource.Details,
            (connection, news) =>
            {
                line.Connection = connection;
                return line.Resource.HearAsync(connection, news, _stop.Token);
            },
            _time,
            new Random(1))
        {
            Backoff = new S2Backoff(TimeSpan.FromHours(1), TimeSpan.FromHours(1)),
        };
        _running.Add(manager.RunAsync(_stop.Token));
    }

    // Greets as a manager does, selects what is offered, says that all is well to whatever it hears, and keeps it.
    private async Task ServeAsync(HttpContext context)
    {
        var line = _lines[context.Request.Path.Value!.TrimStart('/')];
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        line.Socket = socket;
        var buffer = new byte[1 << 20];
        try
        {
            await line.SayAsync(Encoding.UTF8.GetString(S2Codec.Write(new Handshake(new Identifier("hello-1"), EnergyManagementRole.Cem))), _stop.Token);
            while (true)
            {
                var (length, part) = (0, default(WebSocketReceiveResult)!);
                do
                {
                    part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), _stop.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                lock (line.Heard)
                {
                    line.Heard.Add(Encoding.UTF8.GetString(buffer, 0, length));
                }

                foreach (var answer in AnswersTo(S2Codec.Read(buffer.AsMemory(0, length)).Message))
                {
                    await line.SayAsync(Encoding.UTF8.GetString(S2Codec.Write(answer)), _stop.Token);
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException)
        {
            // Over.
        }
    }

    private static IEnumerable<S2Message> AnswersTo(S2Message? heard)
    {
        if (heard is S2Request request)
        {
            yield return new ReceptionStatus(request.MessageId, ReceptionStatusValue.Ok);
        }

        if (heard is Handshake)
        {
            yield return new HandshakeResponse(new Identifier("hello-2"), S2Codec.ProtocolVersion);
        }
        else if (heard is ResourceManagerDetails details)
        {
            yield return new SelectControlType(new Identifier("select-1"), details.AvailableControlTypes[0]);
        }
    }

    private Task SayAsync(string device, string text) => _lines[device].SayAsync(text, _stop.Token);

    private async Task<string> HeardAsync(string device, string part)
    {
        string? found = null;
        await S2Home.UntilAsync(
            () =>
            {
                lock (_lines[device].Heard)
                {
                    return (found = _lines[device].Heard.FirstOrDefault(text => text.Contains(part, StringComparison.Ordinal))) is not null;
                }
            },
            $"{device} says {part}");
        return found!;
    }

    private Task<string> AnswerAsync(string device, string message) => HeardAsync(device, $"\"subject_message_id\":\"{message}\"");

    private sealed class Line(OfferedResource resource) : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);

        public OfferedResource Resource => resource;

        public S2Connection? Connection { get; set; }

        public WebSocket? Socket { get; set; }

        public List<string> Heard { get; } = [];

        public void Dispose() => _turn.Dispose();

        public async Task SayAsync(string text, CancellationToken stop)
        {
            await _turn.WaitAsync(stop);
            try
            {
                await Socket!.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, stop);
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
