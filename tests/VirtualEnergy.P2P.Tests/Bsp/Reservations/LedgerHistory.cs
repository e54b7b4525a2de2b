using System.Collections.Immutable;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

/// <summary>
/// One random history: markets that ask, confirm, give back and repeat themselves, homes that change their mind, and power cuts at any byte of
/// any line. Beside the ledger runs the plain one, and a list of what the markets were told: that, and nothing inside the ledger, is what must never
/// add up to more than there is.
/// </summary>
internal sealed class LedgerHistory(ulong seed)
{
    private static readonly MemberId[] Homes = [new("anna"), new("bert"), new("carla")];
    private readonly SplitMix64 _random = SplitMix64.For(seed, 0x6c65_6467);
    private readonly CrashingDisk _disk = new();
    private readonly PlainLedger _plain = new();
    private readonly Dictionary<string, ImmutableArray<ReservedEnergy>> _told = [];
    private readonly List<ReservationRequest> _asked = [];
    private ReservationLedger _ledger = null!;
    private long _first = 100;
    private long _now;

    public int Crashes { get; private set; }

    public int Grants { get; private set; }

    public int Refusals { get; private set; }

    public static Hash256 Sha256(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));

    public void Run(int steps)
    {
        Open();
        foreach (var home in Homes)
        {
            for (var period = _first; period < _first + 3; period++)
            {
                Declare(home, new Period(period));
            }
        }

        for (var step = 0; step < steps; step++)
        {
            _now += _random.Between(0, 5);
            switch (_random.Between(0, 19))
            {
                case < 4: Declare(Homes[_random.Between(0, 2)], AnyPeriod()); break;
                case < 12: Reserve(NextRequest()); break;
                case < 15: Confirm(); break;
                case < 18: Release(); break;
                case 18: Expire(); break;
                case 19 when _random.Chance(50): Compact(); break;
                default: Close(); break;
            }

            AgreeOnEveryAccount();
        }
    }

    private void Declare(MemberId name, Period period)
    {
        var home = new HomeCapability(name, period, new(_random.Between(0, 20)), new(_random.Between(0, 20)));
        Do(() => _ledger.Declare([home]).ToString(), () => _plain.Declare(home));
    }

    private void Reserve(ReservationRequest request)
    {
        var fresh = !_plain.Knows(request.Id);
        var answer = Do(() => _ledger.Reserve(request).ToString(), () => _plain.Reserve(request));
        if (answer is null)
        {
            // Who never asked again what became of it relies on neither.
            _told.Remove(request.Replaces ?? "");
            return;
        }

        if (answer != "granted")
        {
            Refusals++;
            return;
        }

        Grants++;
        if (_ledger.Find(request.Id) is { Stage: ReservationStage.Held } held)
        {
            _told.Remove(request.Replaces ?? "");
            _told[request.Id] = held.Lines;
            NeverTwice(fresh ? held.Lines : []);
        }
    }

    private void Confirm()
    {
        var request = Known();
        ImmutableArray<ReservedEnergy> sold = _random.Chance(50) ? request.Lines
            : [.. request.Lines.Select(line => line with { Energy = new(_random.Between(0, (int)line.Energy.WattHours + (_random.Chance(10) ? 1 : 0))) })];
        var answer = Do(() => _ledger.Confirm(request.Id, sold).ToString(), () => _plain.Confirm(request.Id, sold));
        if (answer == "granted")
        {
            _told[request.Id] = sold;
        }
        else if (answer is null)
        {
            _told.Remove(request.Id);
        }
    }

    // Who gives back relies on it no more from the moment it asks, whatever becomes of the answer.
    private void Release()
    {
        var id = Known().Id;
        _told.Remove(id);
        Do(() => _ledger.Release(id).ToString(), () => _plain.Release(id));
    }

    // Over is over for the holder, whether the ledger has swept or not.
    private void Expire()
    {
        var over = _plain.Expired(_now);
        foreach (var id in over)
        {
            _told.Remove(id);
        }

        ArmSometimes();
        try
        {
            Assert.Equal(over, _ledger.ReleaseExpired(_now));
            over.ToList().ForEach(id => _plain.Release(id));
        }
        catch (LedgerStoppedException)
        {
            if (_disk.LastLineWasWhole)
            {
                _plain.Release(over[0]);
            }

            Restart();
        }

        _disk.Disarm();
    }

    // It changes nothing, whether it is done or cut short.
    private void Compact()
    {
        ArmSometimes();
        try
        {
            _ledger.Compact(lines => _disk.Replace(lines));
            _disk.Disarm();
        }
        catch (LedgerStoppedException)
        {
            Restart();
        }

        if (_random.Chance(20))
        {
            Open();
        }
    }

    private void Close()
    {
        var first = new Period(_first + _random.Between(-1, 1));
        if (Do(() => _ledger.Close(first).ToString(), () => _plain.Close(first)) == "granted")
        {
            _first = first.Index;
            foreach (var id in _told.Where(told => told.Value.All(line => line.Key.Period < first)).Select(told => told.Key).ToList())
            {
                _told.Remove(id);
            }
        }
    }

    // An operation with, now and then, a power cut inside; then it is asked again under the same id, as a market without an answer does, or given up.
    private string? Do(Func<string> ledger, Func<string> plain)
    {
        ArmSometimes();
        try
        {
            var answer = ledger();
            _disk.Disarm();
            Assert.Equal(plain(), answer);
            return answer;
        }
        catch (LedgerStoppedException)
        {
            Assert.Throws<LedgerStoppedException>(() => _ledger.Close(new Period(_first + 1_000)));
            if (_disk.LastLineWasWhole)
            {
                plain();
            }

            Restart();
            return _random.Chance(70) ? Do(ledger, plain) : null;
        }
    }

    private void ArmSometimes()
    {
        if (_random.Chance(12))
        {
            _disk.CrashAfter(_random.Chance(30) ? 1000 : _random.Between(0, 999));
        }
    }

    private void Restart()
    {
        Crashes++;
        Open();
    }

    private void Open()
    {
        _ledger = ReservationLedger.Open(_disk.Content, Sha256, _disk.Append, out var whole);
        _disk.CutTo(whole);
    }

    // When something new is promised, all that anybody was told of that key, with it, is there. An old promise said again may be of what has gone since.
    private void NeverTwice(ImmutableArray<ReservedEnergy> granted)
    {
        foreach (var (key, energy) in granted)
        {
            var promised = _told.Values.SelectMany(lines => lines).Where(line => line.Key == key).Sum(line => line.Energy.WattHours);
            Assert.True(energy == Energy.Zero || promised <= _plain.CapabilityOf(key), $"Seed {seed}: {promised} Wh of {_plain.CapabilityOf(key)} Wh are promised of {key}.");
        }
    }

    private void AgreeOnEveryAccount()
    {
        foreach (var home in Homes)
        {
            for (var period = _first; period < _first + 3; period++)
            {
                foreach (var direction in Enum.GetValues<RegulationDirection>())
                {
                    var key = new HeadroomKey(home, new Period(period), direction);
                    var account = _ledger.Account(key) ?? default;
                    Assert.Equal((_plain.CapabilityOf(key), _plain.ReservedOf(key)), (account.Capability.WattHours, account.Reserved.WattHours));
                }
            }
        }
    }

    private ReservationRequest NextRequest()
    {
        if (_asked.Count > 0 && _random.Chance(20))
        {
            return Known();
        }

        ImmutableArray<ReservedEnergy> lines =
        [
            .. Enumerable.Range(0, _random.Between(1, 3))
                .Select(_ => new HeadroomKey(Homes[_random.Between(0, 2)], AnyPeriod(), _random.Chance(50) ? RegulationDirection.Up : RegulationDirection.Down))
                .Distinct().Order().Select(key => new ReservedEnergy(key, new(_random.Between(0, 9)))),
        ];
        var id = _asked.Count > 0 && _random.Chance(3) ? Known().Id : $"r{_asked.Count}";
        var request = new ReservationRequest(id, (ReservationChannel)_random.Between(0, 2), _now + _random.Between(5, 60), lines, _asked.Count > 0 && _random.Chance(20) ? Known().Id : null);
        _asked.Add(request);
        return request;
    }

    private ReservationRequest Known() => _asked.Count == 0 ? NextRequest() : _asked[Math.Max(0, _asked.Count - 1 - _random.Between(0, 5))];

    private Period AnyPeriod() => new(_first + _random.Between(0, 19) switch { 0 => -1, < 10 => 0, < 16 => 1, _ => 2 });
}
