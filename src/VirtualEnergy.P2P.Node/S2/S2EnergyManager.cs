using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Where devices find the energy manager.</summary>
/// <param name="Listen">Address and port; port 0 takes a free one.</param>
/// <param name="Certificate">For wss; null speaks ws, which only a loopback address may.</param>
/// <param name="Host">The name or address under which devices reach it, where that is not the one it listens on.</param>
public sealed record S2Listening(IPEndPoint Listen, X509Certificate2? Certificate, string? Host = null);

/// <summary>A device that is connected to the energy manager.</summary>
/// <param name="Device">The name it was paired under.</param>
public sealed record S2Device(string Device, S2Connection Connection);

/// <summary>The home's energy manager for devices that speak S2: a WebSocket at <c>/s2</c> that paired devices connect to.</summary>
/// <remarks>
/// A device has one session: when it connects again, the earlier one ends, since a device that lost its connection must be able to return at
/// once. A device that calls itself by the resource id of another is refused.
/// </remarks>
public sealed class S2EnergyManager : IAsyncDisposable
{
    public const int MostDevices = 1_000;

    private static readonly TimeSpan LookAtPairings = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly S2Doors _doors;
    private readonly ImmutableArray<ControlType> _preference;
    private readonly Func<S2Device, S2Event, ValueTask> _heard;
    private readonly TimeProvider _time;
    private readonly RandomNumberGenerator _random;
    private readonly ConcurrentDictionary<string, S2Device> _devices = new(StringComparer.Ordinal);
    private readonly ConnectionPace _pace;
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _looking;

    private S2EnergyManager(
        WebApplication app, S2Doors doors, ImmutableArray<ControlType> preference, Func<S2Device, S2Event, ValueTask> heard, TimeProvider time, RandomNumberGenerator random)
    {
        _app = app;
        _doors = doors;
        _preference = preference;
        _heard = heard;
        _time = time;
        _random = random;
        _pace = new ConnectionPace(time);
    }

    /// <summary>ws:// or wss://, with the port that was taken.</summary>
    public Uri Address { get; private set; } = new("ws://localhost/");

    /// <summary>Devices that are connected, by the name they were paired under.</summary>
    public IReadOnlyDictionary<string, S2Device> Devices => _devices;

    public S2Limits Limits { get; init; } = S2Limits.Default;

    private ConnectDesk? Connect { get; init; }

    private Action<S2Device, string> Ended { get; init; } = (_, _) => { };

    /// <param name="doors">Which tokens let which devices in.</param>
    /// <param name="preference">Control types that are used, best first.</param>
    /// <param name="heard">Told what devices say; one at a time for each device.</param>
    /// <param name="random">Makes ids of sessions unlike those of any before.</param>
    /// <param name="connect">Pairs devices by S2 Connect; needs a certificate. Null where tokens are handed over by other means.</param>
    /// <param name="ended">Told when a device's session is over, and why.</param>
    /// <exception cref="ArgumentException">Without a certificate, an address that is not loopback.</exception>
    public static async Task<S2EnergyManager> StartAsync(
        S2Listening listening, S2Doors doors, ImmutableArray<ControlType> preference, Func<S2Device, S2Event, ValueTask> heard, TimeProvider time,
        RandomNumberGenerator random, S2Limits? limits = null, ConnectDesk? connect = null, Action<S2Device, string>? ended = null, CancellationToken stop = default)
    {
        if (listening.Certificate is null && !IPAddress.IsLoopback(listening.Listen.Address))
        {
            throw new ArgumentException($"{listening.Listen.Address} is not loopback; tokens would cross the network readable. Give a certificate.", nameof(listening));
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentUpgradedConnections = MostDevices;
            kestrel.Listen(listening.Listen, options =>
            {
                if (listening.Certificate is { } certificate)
                {
                    options.UseHttps(certificate);
                }
            });
        });
        var app = builder.Build();
        var manager = new S2EnergyManager(app, doors, preference, heard, time, random) { Limits = limits ?? S2Limits.Default, Connect = listening.Certificate is null ? null : connect, Ended = ended ?? ((_, _) => { }) };
        if (connect is not null)
        {
            manager._looking = time.CreateTimer(_ => connect.Refresh(), null, LookAtPairings, LookAtPairings);
            connect.Unpaired = device => manager.Part(device.ToString(), "the device is not paired any more");
        }

        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(20), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
        app.Run(manager.ServeAsync);
        await app.StartAsync(stop);

        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        manager.Address = new UriBuilder(bound) { Scheme = bound.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/s2", Host = listening.Host ?? bound.Host }.Uri;
        return manager;
    }

    public async ValueTask DisposeAsync()
    {
        await (_looking?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _stop.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private void Part(string device, string why)
    {
        if (_devices.TryGetValue(device, out var known))
        {
            known.Connection.Close(why);
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (Connect is not null && await ConnectEndpoints.ServeAsync(context, Connect, Address))
        {
            return;
        }

        if (context.Request.Path != "/s2" || !context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "Connect to /s2 as a WebSocket.");
        }
        else if (_doors.DeviceOf(context.Request.Headers.Authorization) is not { } name)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "This token is not of a paired device; pair it anew.");
        }
        else if (!_pace.Allows(name))
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, $"At most {ConnectionPace.MostAMinute} connections a minute.");
        }
        else
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var session = new S2CemSession(_preference, Limits, Uuid.From(_random));
            using var connection = new S2Connection(socket, session, _time, (link, news) => HearAsync(new S2Device(name, link), news));
            await RunAsync(new S2Device(name, connection));
        }
    }

    private async Task RunAsync(S2Device device)
    {
        S2Device? before = null;
        _devices.AddOrUpdate(device.Device, device, (_, known) =>
        {
            before = known;
            return device;
        });
        before?.Connection.Close("the device connected anew");
        try
        {
            Ended(device, await device.Connection.RunAsync(_stop.Token));
        }
        finally
        {
            _devices.TryRemove(KeyValuePair.Create(device.Device, device));
        }
    }

    private ValueTask HearAsync(S2Device device, S2Event news)
    {
        if (news is S2Taken { Message: ResourceManagerDetails details }
            && _devices.Values.Any(other => other.Device != device.Device && other.Connection.Resource.Details?.ResourceId == details.ResourceId))
        {
            device.Connection.Close($"resource {details.ResourceId} is managed already");
            return ValueTask.CompletedTask;
        }

        return _heard(device, news);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why);
    }
}
