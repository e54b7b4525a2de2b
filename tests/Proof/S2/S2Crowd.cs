using System.Collections.Concurrent;
using System.Net.WebSockets;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;

namespace VirtualEnergy.P2P.Tests.Proof.S2;

/// <summary>
/// A house full of devices that speak S2, each with a session of its own: batteries, generators and washing machines in turn; beside them one that
/// floods its manager whenever it is let in, and one that never says a word.
/// </summary>
internal sealed class S2Crowd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly ConcurrentDictionary<string, int> _instructed = new();
    private int _floods;
    private int _partings;

    public S2Crowd(int devices) => Names = [.. Enumerable.Range(0, devices).Select(i => $"device-{i:0000}")];

    public IReadOnlyList<string> Names { get; }

    public const string Flooding = "flooding";
    public const string Mute = "mute";

    /// <summary>The tokens that let them all in.</summary>
    public IEnumerable<(string Device, string Token)> Tokens => Names.Append(Flooding).Append(Mute).Select(name => (name, TokenOf(name)));

    /// <summary>How many devices have been told something, and how many instructions they got.</summary>
    public (int Devices, int Instructions) Instructed => (_instructed.Count, _instructed.Values.Sum());

    /// <summary>How often the flooding device was shown out, and the mute one.</summary>
    public (int Floods, int Partings) ShownOut => (Volatile.Read(ref _floods), Volatile.Read(ref _partings));

    public void Connect(Uri address, string fingerprint, TimeProvider time)
    {
        var trust = new S2Trust(fingerprint);
        foreach (var (name, i) in Names.Select((name, i) => (name, i)))
        {
            Func<S2Connection, S2Event, ValueTask> hear = (i % 3) switch { 0 => Battery(name, time), 1 => Generator, _ => Washer };
            var type = (i % 3) switch { 0 => ControlType.FillRateBasedControl, 1 => ControlType.OperationModeBasedControl, _ => ControlType.PowerProfileBasedControl };
            var manager = new S2ResourceManager(
                _ => ValueTask.FromResult(new S2ManagerAddress(address, TokenOf(name), trust)),
                id => S2Examples.Details(type) with { MessageId = id, ResourceId = new Identifier(name) },
                (connection, news) =>
                {
                    if (news is S2Taken { Message: S2Instruction })
                    {
                        _instructed.AddOrUpdate(name, 1, (_, count) => count + 1);
                    }

                    return hear(connection, news);
                },
                time,
                new Random(i));
            _running.Add(Task.Run(() => manager.RunAsync(_stop.Token)));
        }

        // Greets again and again, as fast as the line takes it.
        var greeting = S2Codec.Write(new Handshake(new Identifier("hello"), EnergyManagementRole.Rm, [S2Codec.ProtocolVersion]));
        _running.Add(Task.Run(() => StayAsync(address, trust, Flooding, socket => socket.SendAsync(greeting, WebSocketMessageType.Text, true, _stop.Token), () => Interlocked.Increment(ref _floods))));
        _running.Add(Task.Run(() => StayAsync(address, trust, Mute, async socket => await socket.ReceiveAsync(new byte[4096], _stop.Token), () => Interlocked.Increment(ref _partings))));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private static string TokenOf(string name) => $"token-of-{name}-0123456789abcdef0123456789abcdef";

    private static Func<S2Connection, S2Event, ValueTask> Battery(string name, TimeProvider time)
    {
        var cells = new BatteryStore(name, new BatteryDescription(new Energy(10_000), 2_000, 2_000, initialFill: new Energy(5_000)));
        var battery = OfferedDevice.Of(OfferedIdentity.Simulated(name, "battery"), new SimulatedStorage(cells, time), time).Open(new Identifier(name));
        return (manager, news) => battery.HearAsync(manager, news);
    }

    private static ValueTask Generator(S2Connection manager, S2Event news)
    {
        if (news is S2Taken { Message: SelectControlType })
        {
            manager.Send(id => S2Examples.All.OfType<OmbcSystemDescription>().Single() with { MessageId = id, ValidFrom = TimeProvider.System.GetUtcNow() });
            manager.Send(id => new OmbcStatus(id, new Identifier("off"), 0));
        }

        return Accept(manager, news);
    }

    private static ValueTask Washer(S2Connection manager, S2Event news)
    {
        if (news is S2Taken { Message: SelectControlType })
        {
            var now = TimeProvider.System.GetUtcNow();
            manager.Send(id => S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single() with { MessageId = id, StartTime = now, EndTime = now.AddHours(8) });
        }

        return Accept(manager, news);
    }

    private static ValueTask Accept(S2Connection manager, S2Event news)
    {
        if (news is S2Taken { Message: S2Instruction instruction })
        {
            manager.Send(id => new InstructionStatusUpdate(id, instruction.Id, InstructionStatus.Accepted, TimeProvider.System.GetUtcNow()));
        }

        return ValueTask.CompletedTask;
    }

    // Comes back as soon as it is shown out.
    private async Task StayAsync(Uri address, S2Trust trust, string name, Func<ClientWebSocket, Task> act, Action shownOut)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {TokenOf(name)}");
            socket.Options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust.Trusts(certificate, chain, errors);
            try
            {
                await socket.ConnectAsync(address, _stop.Token);
                while (socket.State == WebSocketState.Open)
                {
                    await act(socket);
                }
            }
            catch (Exception fault) when (fault is WebSocketException or HttpRequestException or IOException or OperationCanceledException)
            {
                // Shown out, or stopped.
            }

            shownOut();
        }
    }
}
