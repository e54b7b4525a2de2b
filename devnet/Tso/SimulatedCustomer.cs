using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>A simulated customer: a telecontrol unit (controlled station of IEC 60870-5-104) with homes behind it.</summary>
internal sealed class SimulatedCustomer : IAsyncDisposable
{
    private static readonly CommonAddress Address = new(1);

    private readonly TimeProvider _time;
    private readonly TimeSpan _cycle;
    private readonly int _first;
    private readonly ControlledStation _station;
    private readonly ControlledStationServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _running;
    private DateTimeOffset _stepped;

    private SimulatedCustomer(string id, int first, ImmutableArray<SimulatedHome> homes, TimeSpan cycle, TimeProvider time, TimeProvider link)
    {
        (Id, Homes, _first, _cycle, _time, _stepped) = (id, homes, first, cycle, time, time.GetUtcNow());
        _station = new ControlledStation(new ControlledStationOptions { OnCommand = command => Take(command) ? CommandAnswer.Done : CommandAnswer.Refused, OnClock = _ => true }, link);
        for (var home = 1; home <= homes.Length; home++)
        {
            foreach (var point in (HomePoint[])[HomePoint.Power, HomePoint.UpwardAvailability, HomePoint.DownwardAvailability, HomePoint.Baseline])
            {
                _station.Define(Address, InformationObject.MeasuredShortFloat(HomePoints.Of(point, home), 0, Quality.NotTopical));
            }

            _station.Define(Address, InformationObject.SinglePoint(HomePoints.Of(HomePoint.IsAvailable, home), on: false));
            _station.DefineCommand(Address, HomePoints.Of(HomePoint.SetPoint, home), AsduType.SetPointShortFloat);
        }

        Tell(everything: true);
        _server = ControlledStationServer.Start(_station, new IPEndPoint(IPAddress.Loopback, 0), link);
        _running = RunAsync();
    }

    public string Id { get; }

    public ImmutableArray<SimulatedHome> Homes { get; }

    public int Port => _server.EndPoint.Port;

    /// <summary>Set-points other than 0 that it took since its start.</summary>
    public int Taken { get; private set; }

    /// <param name="first">The number of its first home among all: the points of delivery are numbered by it.</param>
    /// <param name="time">Of the market: cycles and measurements go by it.</param>
    /// <param name="link">Of the link's time-outs: the machine's.</param>
    public static SimulatedCustomer Start(string id, int first, ImmutableArray<SimulatedHome> homes, TimeSpan cycle, TimeProvider time, TimeProvider link) =>
        new(id, first, homes, cycle, time, link);

    /// <summary>How the gateway is to reach it.</summary>
    public CustomerOptions Describe() => new()
    {
        Id = Id,
        Host = "127.0.0.1",
        Port = Port,
        Homes = [.. Homes.Select((home, index) => new HomeOptions
        {
            Pod = PodCode.Parse($"IT001E{_first + index + 1:00000000}"),
            Name = $"Home {_first + index + 1}",
            Member = new MemberId($"home-{_first + index + 1:00000}"),
            UpWatts = home.UpWatts,
            DownWatts = home.DownWatts,
            UpAsk = new Price(home.UpCost),
            DownAsk = new Price(home.DownCost),
        })],
    };

    /// <summary>Homes leave without a word: their values stop and they follow no set-point any more.</summary>
    public void Vanish(IEnumerable<int> homes)
    {
        lock (_lock)
        {
            foreach (var home in homes)
            {
                Homes[home].HasVanished = true;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private bool Take(Command command)
    {
        if (!HomePoints.TryParse(command.Object.Address, out _, out var home) || !PowerScale.Kilowatts.TryRead(command.Object.ShortFloat, out var watts))
        {
            return false;
        }

        lock (_lock)
        {
            var asked = Homes[home - 1];
            if (asked.HasVanished || watts < -asked.UpWatts || watts > asked.DownWatts)
            {
                return false;
            }

            asked.Asked = watts;
            Taken += watts != 0 ? 1 : 0;
            return true;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_cycle, _time, _stop.Token);
                Tell(everything: false);
            }
        }
        catch (OperationCanceledException)
        {
            // The simulation is over.
        }
    }

    private void Tell(bool everything)
    {
        var now = _time.GetUtcNow();
        var tag = Cp56Time2a.FromUtc(now);
        var (powers, programs, others) = (new List<InformationObject>(), new List<InformationObject>(), new List<InformationObject>());
        lock (_lock)
        {
            var seconds = (now - _stepped).TotalSeconds;
            everything |= now.Ticks / TimeSpan.FromMinutes(15).Ticks != _stepped.Ticks / TimeSpan.FromMinutes(15).Ticks;
            _stepped = now;
            for (var index = 0; index < Homes.Length; index++)
            {
                var (home, number) = (Homes[index], index + 1);
                var power = home.Step(now, seconds);
                if (home.HasVanished)
                {
                    continue;
                }

                powers.Add(Measured(HomePoint.Power, number, PowerScale.Kilowatts.Write(power)));
                if (everything)
                {
                    programs.Add(Measured(HomePoint.Baseline, number, PowerScale.Kilowatts.Write(home.Baseline(now))));
                    others.Add(Measured(HomePoint.UpwardAvailability, number, home.UpWatts / 1_000f));
                    others.Add(Measured(HomePoint.DownwardAvailability, number, home.DownWatts / 1_000f));
                    others.Add(InformationObject.SinglePoint(HomePoints.Of(HomePoint.IsAvailable, number), on: true, time: tag));
                }
            }
        }

        _station.Update(Address, programs.ToArray());
        _station.Update(Address, others.OrderBy(value => value.Address).ToArray());
        _station.Update(Address, powers.ToArray(), Cause.Periodic);

        InformationObject Measured(HomePoint point, int home, float value) => InformationObject.MeasuredShortFloat(HomePoints.Of(point, home), value, time: tag);
    }
}
