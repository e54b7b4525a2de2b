using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// What a node must not forget at a restart: the member's limits, what she has decided for single devices, what she has spent today, and her totals. One small file, the member's alone to read, replaced whole,
/// so that a crash leaves the old one or the new one.
/// </summary>
/// <param name="path">The file; null keeps nothing.</param>
/// <param name="logger">Told when the file cannot be written; the node goes on.</param>
public sealed class NodeMemory(string? path, ILogger logger)
{
    private const int MostBytes = 32 * 1024;

    private const int MostNameLength = 256;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private byte[] _last = [];

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
            if (kept is { SpentMicroEur: >= 0, BoughtWh: >= 0, SoldWh: >= 0, MostMicroEurPerKWh: null or >= 0, MostMicroEurADay: null or >= 0 } && AreSound(kept.Overrides))
            {
                var controls = new MemberControls(
                    new MemberLimits(kept.Paused, kept.MostMicroEurPerKWh is { } price ? new Price(price) : null, kept.MostMicroEurADay is { } day ? new Money(day) : null),
                    kept.SpentOn, new Money(kept.SpentMicroEur));
                foreach (var word in kept.Overrides ?? [])
                {
                    // One that is over by now is forgotten by whoever obeys them, as if it had ended while the node ran.
                    controls.Override(word);
                }

                return (
                    controls,
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
        var now = JsonSerializer.SerializeToUtf8Bytes(
            new Kept(
                limits.IsPaused, limits.MostPrice?.MicroEurPerKWh, limits.MostADay?.MicroEur, day, spent.MicroEur,
                totals.Bought.WattHours, totals.Sold.WattHours, totals.Savings.MicroEur, totals.Last?.Index, controls.Overrides),
            Json);
        if (path is null || now.AsSpan().SequenceEqual(_last))
        {
            return;
        }

        try
        {
            PrivateFile.Write(path, file => file.Write(now));
            _last = now;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} cannot be written; after a restart the limits and totals of before hold: {Why}", path, failure.Message);
        }
    }

    private static bool AreSound(ImmutableArray<DeviceOverride>? words) =>
        words is not { IsDefault: false } said || (said.Length <= MemberControls.MostOverrides && said.All(word => word.Device is { Length: > 0 and <= MostNameLength }));

    private sealed record Kept(
        bool Paused, long? MostMicroEurPerKWh, long? MostMicroEurADay, DateOnly SpentOn, long SpentMicroEur, long BoughtWh, long SoldWh, long SavingsMicroEur, long? LastPeriod,
        ImmutableArray<DeviceOverride>? Overrides = null);
}
