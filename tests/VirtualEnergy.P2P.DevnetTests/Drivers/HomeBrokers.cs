using System.Diagnostics;
using System.Net;
using MQTTnet.Protocol;
using MQTTnet.Server;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>A broker as people have at home: it carries any topic, for one user with a password.</summary>
public interface IHomeBroker : IAsyncDisposable
{
    const string User = "house";
    const string Password = "never in a log";

    int Port { get; }

    HomeBroker Broker => new(BrokerAddress.Local(Port), User, Password);

    Task StartAsync();
}

internal sealed class EmbeddedHomeBroker : IHomeBroker
{
    private readonly MqttServer _server;

    public EmbeddedHomeBroker()
    {
        Port = OwnPort.Next();
        _server = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointPort(Port).WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.None).Build());
        _server.ValidatingConnectionAsync += client =>
        {
            client.ReasonCode = client is { UserName: IHomeBroker.User, Password: IHomeBroker.Password } ? MqttConnectReasonCode.Success : MqttConnectReasonCode.BadUserNameOrPassword;
            return Task.CompletedTask;
        };
    }

    public int Port { get; }

    public Task StartAsync() => _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions());
        _server.Dispose();
    }
}

/// <summary>This machine's Mosquitto, which is what Home Assistant's add-on is.</summary>
internal sealed class MosquittoHomeBroker : IHomeBroker
{
    private static readonly string? Binary = Array.Find(["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"], File.Exists);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("home-mosquitto-");
    private Process? _process;

    public int Port { get; } = OwnPort.Next();

    public async Task StartAsync()
    {
        Assert.SkipWhen(Binary is null, "Mosquitto is not installed on this machine (Debian: apt install mosquitto).");
        var passwords = Path.Combine(_folder.FullName, "passwords");
        var configuration = Path.Combine(_folder.FullName, "mosquitto.conf");
        await File.WriteAllTextAsync(passwords, Messaging.MosquittoImage.PasswordLine(IHomeBroker.User, IHomeBroker.Password));
        await File.WriteAllTextAsync(configuration, $"listener {Port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser {Environment.UserName}\n");
        _process = Process.Start(new ProcessStartInfo(Binary!, ["-c", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }
}
