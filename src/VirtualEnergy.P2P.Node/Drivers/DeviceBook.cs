using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers.Recognition;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>A device as it stands now.</summary>
/// <param name="Reading">The last one, or an estimate where the device is silent; null before the first.</param>
/// <param name="Problem">Why it is not there, in one line; null while it is.</param>
/// <param name="LooksLike">What hangs on a plug, by its load; unknown for everything else.</param>
public sealed record DeviceState(HomeDevice Device, DeviceReading? Reading, string? Problem, ApplianceKind LooksLike = ApplianceKind.Unknown)
{
    public bool IsThere => Problem is null;
}

/// <summary>
/// The home's devices: drivers write what they find, everybody reads. A device that falls silent is estimated by the time of day and marked;
/// one that is lost stays in the book with what is wrong. Any thread may call.
/// </summary>
/// <param name="time">Says how old a reading is.</param>
/// <param name="logger">Told once when a device appears, is lost or comes back, and once of each sort of nonsense.</param>
public sealed class DeviceBook(TimeProvider time, ILogger logger)
{
    /// <summary>More devices than this are no home; the next are refused.</summary>
    public const int MostDevices = 1_024;

    /// <summary>No home's device draws more, W.</summary>
    public const long MostWatts = 10_000_000;

    /// <summary>Older than this a reading is no longer the device's own word.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromMinutes(5);

    // A device that comes and goes says so once in a while, and not each time.
    private static readonly TimeSpan FlapsWithin = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private bool _isFull;

    /// <summary>A device is there, for the first time or again, perhaps with other abilities.</summary>
    public void Appear(HomeDevice device)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(device.Id, out var known))
            {
                if (known.Problem is not null && known.LossIsSaid)
                {
                    logger.LogInformation("{Device} is back.", device.Id);
                }

                (known.Device, known.Problem) = (device, null);
            }
            else if (_entries.Count < MostDevices)
            {
                _entries.Add(device.Id, new Entry(device));
                logger.LogInformation("A new device: {Device}, {Kind}, {Model}; default: {Default}.", device.Id, device.Kind, device.Model, device.Default);
            }
            else if (!_isFull)
            {
                _isFull = true;
                logger.LogWarning("{Most} devices are more than a home has: {Device} and what comes after it is left out.", MostDevices, device.Id);
            }
        }
    }

    /// <summary>A device cannot be used now.</summary>
    /// <param name="id">One that has appeared; another is nobody's.</param>
    /// <param name="problem">Why, in one line.</param>
    public void Lose(string id, string problem)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var known))
            {
                if (known.Problem is null)
                {
                    var now = time.GetUtcNow();
                    known.LossIsSaid = now - known.LossSaidAt >= FlapsWithin;
                    if (known.LossIsSaid)
                    {
                        // A car that leaves is nothing to worry about.
                        known.LossSaidAt = now;
                        logger.Log(known.Device.IsCar ? LogLevel.Information : LogLevel.Warning, "{Device} is {State}: {Problem}", id, known.Device.IsCar ? "away" : "lost", problem);
                    }
                }

                known.Problem = problem;
            }
        }
    }

    /// <summary>Takes a reading of a device that has appeared. What cannot be is left aside, and told once for each device.</summary>
    public void Read(string id, DeviceReading reading)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(id, out var known) || reading.At < known.Reading?.At)
            {
                return;
            }

            if (reading is { Watts: > MostWatts or < -MostWatts } or { FillPermille: < 0 or > 1000 } or { ImportedWattHours: < 0 } or { ExportedWattHours: < 0 }
                || reading.At > time.GetUtcNow() + SilentAfter)
            {
                if (!known.HasSaidNonsense)
                {
                    known.HasSaidNonsense = true;
                    logger.LogWarning("{Device} says what cannot be, and is not believed: {Reading}", id, reading);
                }

                return;
            }

            // What a message left out, as a switch that only says that it was switched, stays as it was.
            var before = known.Reading;
            known.Reading = reading with
            {
                Watts = reading.Watts ?? before?.Watts,
                ImportedWattHours = reading.ImportedWattHours ?? before?.ImportedWattHours,
                ExportedWattHours = reading.ExportedWattHours ?? before?.ExportedWattHours,
                FillPermille = reading.FillPermille ?? before?.FillPermille,
                IsOn = reading.IsOn ?? before?.IsOn,
            };
            if (reading.Watts is { } watts)
            {
                known.Shape.Add(reading.At, watts);
                Recognise(known, reading.At, watts);
            }
        }
    }

    private void Recognise(Entry known, DateTimeOffset at, long watts)
    {
        if (known.Device.Kind is not (DeviceKind.Plug or DeviceKind.Submeter))
        {
            return;
        }

        var before = known.Plug.LooksLike;
        known.Plug.Add(at, watts);
        if (known.Plug.LooksLike != before && known.Plug.LooksLike != ApplianceKind.Unknown)
        {
            logger.LogInformation("{Device} looks like a {Kind}.", known.Device.Id, known.Plug.LooksLike);
        }
    }

    /// <summary>One device; null where there is none of that id.</summary>
    public DeviceState? Find(string id)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(id, out var known) ? Shown(known, time.GetUtcNow()) : null;
        }
    }

    /// <summary>The devices that play a part in the home's plan.</summary>
    public ImmutableArray<DeviceState> Playing(string role) => [.. All().Where(state => state.Device.Role == role)];

    /// <summary>Every device, by id.</summary>
    public ImmutableArray<DeviceState> All()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return [.. _entries.Values.Select(entry => Shown(entry, now))];
        }
    }

    private static DeviceState Shown(Entry entry, DateTimeOffset now)
    {
        if (entry.Reading is not { } reading)
        {
            return new DeviceState(entry.Device, null, entry.Problem);
        }

        var isSilent = now - reading.At > SilentAfter;
        return new DeviceState(
            entry.Device, isSilent ? reading with { Watts = reading.Watts is null ? null : entry.Shape.At(now), IsEstimated = true } : reading, entry.Problem,
            entry.Plug.LooksLike);
    }

    private sealed class Entry(HomeDevice device)
    {
        public HomeDevice Device { get; set; } = device;

        public DeviceReading? Reading { get; set; }

        public string? Problem { get; set; }

        public bool HasSaidNonsense { get; set; }

        public DateTimeOffset LossSaidAt { get; set; }

        public bool LossIsSaid { get; set; }

        public DayShape Shape { get; } = new();

        public RecognisedPlug Plug { get; } = new();
    }
}
