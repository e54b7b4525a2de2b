using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>Published metered periods as an auditor takes them.</summary>
internal static class MeteringReader
{
    /// <param name="payload">As the exchange answered it.</param>
    /// <param name="period">The one asked for.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> payload, Period period, [NotNullWhen(true)] out PublishedMetering? metering, [NotNullWhen(false)] out string? error)
    {
        metering = null;
        if (!WireFormat.TryReadPublishedDeviations(payload, out var read, out error))
        {
            return false;
        }

        metering = read.Result.Period == period ? Of(read) : null;
        error = metering is null ? $"It is of period {read.Result.Period}." : null;
        return metering is not null;
    }

    private static PublishedMetering Of(PublishedDeviations read) => new(
        read.Result.Period, read.Result.Prices, [.. read.Result.Positions.Select(Of)], read.Trades, read.Deltas, read.Result.MeterRoot)
    {
        Corrections = [.. read.Result.Corrections.Select(published => new PublishedMeterCorrection(published.Correction, Signed(published.Source.Reading)))],
    };

    private static PublishedMeterPosition Of(PublishedPosition published) => new(published.Settled, Signed(published.Source.Reading))
    {
        Unfunded = published.Unfunded, EstimatedFromDays = published.Source.EstimatedFromDays, IsDisputed = published.Source.IsDisputed,
    };

    private static SignedReading? Signed(MeterReading? reading) => reading is null ? null : new SignedReading(
        new MeteredEnergy(reading.Member, reading.Period, reading.Number, reading.Import, reading.Export, reading.Production, reading.Charge, reading.Discharge),
        reading.Signature);
}
