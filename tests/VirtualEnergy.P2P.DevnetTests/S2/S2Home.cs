using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>An energy manager on a loopback port, with a certificate that nobody but its fingerprint vouches for, and a battery that can connect.</summary>
internal sealed class S2Home : IAsyncDisposable
{
    public const string Token = "token-of-the-battery-0123456789abcdef";

    private readonly CancellationTokenSource _stop = new();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly List<Task> _devices = [];

    public S2Doors Doors { get; } = new(TimeProvider.System);

    public ConcurrentQueue<(string Device, S2Event News)> Heard { get; } = new();

    public S2EnergyManager Manager { get; private set; } = null!;

    /// <summary>Pairs by code; each attempt is held for no time, so that tests need not wait.</summary>
    public ConnectDesk Desk { get; private set; } = null!;

    /// <summary>The certificate that the manager shows; a device that is a server itself may show it as well.</summary>
    public X509Certificate2 Certificate => _certificate;

    public Uri Pairing => new UriBuilder(Manager.Address) { Scheme = "https", Path = "/pairing/" }.Uri;

    public string Fingerprint => _certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public static async Task<S2Home> OpenAsync(TimeProvider? time = null, bool secure = true, int port = 0)
    {
        var home = new S2Home();
        home.Doors.Admit("battery", Token);
        home.Desk = new ConnectDesk(
            new NodeDescription(Guid.Parse("7b1c1f0e-6a2f-4a53-9c57-0f7b7f2d4c01"), "VirtualEnergy", "energy manager", "node", EnergyManagementRole.Cem),
            home._certificate.GetCertHash(HashAlgorithmName.SHA256),
            PairedNodes.InMemory(),
            home.Doors,
            time ?? TimeProvider.System,
            home._random)
        {
            Hold = TimeSpan.Zero,
        };
        await home.StartAsync(time ?? TimeProvider.System, secure, port);
        return home;
    }

    /// <summary>Waits until something is so; says what was not when it never comes.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var deadline = new CancellationTokenSource(Hang.After);
        while (!holds())
        {
            await Task.Delay(5, CancellationToken.None);
            Assert.False(deadline.IsCancellationRequested, $"Never: {what}.");
        }
    }

    /// <summary>Connects the battery; it describes itself when it is selected and carries out what it is told.</summary>
    public ConcurrentQueue<string> ConnectBattery(string token = Token, string? fingerprint = null, string resource = "device-1") =>
        ConnectBattery(_ => ValueTask.FromResult(new S2ManagerAddress(Manager.Address, token, new S2Trust(fingerprint ?? Fingerprint))), resource);

    /// <summary>The same, with what pairing gave.</summary>
    public ConcurrentQueue<string> ConnectBattery(Func<CancellationToken, ValueTask<S2ManagerAddress>> address, string resource = "device-1") => Connect(
        address,
        id => S2Examples.Details(ControlType.FillRateBasedControl) with { MessageId = id, ResourceId = new Identifier(resource) },
        Battery);

    /// <summary>Connects a device of another kind by the battery's token.</summary>
    /// <param name="time">Its clock; where it jumps, the device waits for answers as long as it takes.</param>
    public void ConnectDevice(Func<Identifier, ResourceManagerDetails> details, Func<S2Connection, S2Event, ValueTask> heard, TimeProvider time) => Connect(
        _ => ValueTask.FromResult(new S2ManagerAddress(Manager.Address, Token, new S2Trust(Fingerprint))), details, heard, time, S2Limits.Default with { AnswerWithin = TimeSpan.FromDays(2) });

    public async Task RestartAsync()
    {
        var port = Manager.Address.Port;
        await Manager.DisposeAsync();
        await StartAsync(TimeProvider.System, secure: true, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_devices);
        await Manager.DisposeAsync();
        _certificate.Dispose();
        _random.Dispose();
        _stop.Dispose();
    }

    private ConcurrentQueue<string> Connect(
        Func<CancellationToken, ValueTask<S2ManagerAddress>> address, Func<Identifier, ResourceManagerDetails> details, Func<S2Connection, S2Event, ValueTask> heard,
        TimeProvider? time = null, S2Limits? limits = null)
    {
        var lost = new ConcurrentQueue<string>();
        var manager = new S2ResourceManager(address, details, heard, time ?? TimeProvider.System, new Random(1))
        {
            Limits = limits ?? S2Limits.Default,
            Backoff = new S2Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)),
            Lost = (reason, _) => lost.Enqueue(reason),
        };
        _devices.Add(manager.RunAsync(_stop.Token));
        return lost;
    }

    private async Task StartAsync(TimeProvider time, bool secure, int port) => Manager = await S2EnergyManager.StartAsync(
        new S2Listening(new IPEndPoint(IPAddress.Loopback, port), secure ? _certificate : null),
        Doors,
        S2House.Preference,
        (device, news) =>
        {
            Heard.Enqueue((device.Device, news));
            return ValueTask.CompletedTask;
        },
        time,
        _random,
        connect: Desk,
        stop: TestContext.Current.CancellationToken);

    private static ValueTask Battery(S2Connection manager, S2Event news)
    {
        switch (news)
        {
            case S2Taken { Message: SelectControlType { ControlType: ControlType.FillRateBasedControl } }:
                manager.Send(id => S2Examples.Battery with { MessageId = id });
                manager.Send(id => new FrbcActuatorStatus(id, new Identifier("inverter"), new Identifier("idle"), 0));
                manager.Send(id => new FrbcStorageStatus(id, 4.2));
                break;
            case S2Taken { Message: FrbcInstruction instruction }:
                foreach (var status in new[] { InstructionStatus.Accepted, InstructionStatus.Started, InstructionStatus.Succeeded })
                {
                    manager.Send(id => new InstructionStatusUpdate(id, instruction.Id, status, TimeProvider.System.GetUtcNow()));
                }

                break;
        }

        return ValueTask.CompletedTask;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=energy manager", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
