using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>
/// What a node must not forget at a restart: the member's limits, what she has spent today, and her totals. One small file, replaced whole,
/// so that a crash leaves the old one or the new one.
/// </summary>
/// <param name="path">The file; null keeps nothing.</param>
/// <param name="logger">Told when the file cannot be written; the node goes on.</param>
public sealed class NodeMemory(string? path, ILogger logger)
{
    private const int MostBytes = 4096;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private Kept? _last;

    /// <summary>What was kept; the beginning of everything where there is no file yet.</summary>
    /// <exception cref="UserErrorException">There is a file, and it is not one of these: it is left as it is.</exception>
    public (MemberControls Controls, NodeTotals Totals) Read()
    {
        if (path is null || !File.Exists(path))
        {
            return (new MemberControls(), default);
        }

        try
        {
            var kept = InputFile.Read(path, () => new FileInfo(path).Length <= MostBytes ? JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(path), Json) : null);
            if (kept is { SpentMicroEur: >= 0, BoughtWh: >= 0, SoldWh: >= 0, MostMicroEurPerKWh: null or >= 0, MostMicroEurADay: null or >= 0 })
            {
                _last = kept;
                return (
                    new MemberControls(
                        new MemberLimits(kept.Paused, kept.MostMicroEurPerKWh is { } price ? new Price(price) : null, kept.MostMicroEurADay is { } day ? new Money(day) : null),
                        kept.SpentOn, new Money(kept.SpentMicroEur)),
                    new NodeTotals(new Energy(kept.BoughtWh), new Energy(kept.SoldWh), new Money(kept.SavingsMicroEur), kept.LastPeriod is { } last ? new Period(last) : null));
            }
        }
        catch (JsonException)
        {
            // Said below, as for numbers that cannot be.
        }

        throw new UserErrorException($"{path}: is not what a node keeps of limits and totals; move it away to begin anew, without limits.");
    }

    /// <summary>Writes what has changed.</summary>
    public void Write(MemberControls controls, NodeTotals totals)
    {
        var (day, spent) = controls.Spending;
        var limits = controls.Limits;
        var now = new Kept(
            limits.IsPaused, limits.MostPrice?.MicroEurPerKWh, limits.MostADay?.MicroEur, day, spent.MicroEur,
            totals.Bought.WattHours, totals.Sold.WattHours, totals.Savings.MicroEur, totals.Last?.Index);
        if (path is null || now == _last)
        {
            return;
        }

        try
        {
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(now, Json));
            File.Move(path + ".new", path, overwrite: true);
            _last = now;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} cannot be written; after a restart the limits and totals of before hold: {Why}", path, failure.Message);
        }
    }

    private sealed record Kept(
        bool Paused, long? MostMicroEurPerKWh, long? MostMicroEurADay, DateOnly SpentOn, long SpentMicroEur, long BoughtWh, long SoldWh, long SavingsMicroEur, long? LastPeriod);
}
