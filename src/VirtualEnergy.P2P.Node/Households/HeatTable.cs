using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>The heat of HAMLET's building, <c>heat/heat_*.csv</c>: W of heat in a column of its own name.</summary>
public sealed class HeatTable
{
    /// <summary>W/K that the file's building is taken to lose: its peak of 10.5 kW at −12 °C outside and 20 °C inside.</summary>
    public const double LossPerKelvin = 330;

    private readonly TimeSeriesTable _table;
    private readonly ImmutableArray<long> _watts;

    private HeatTable(TimeSeriesTable table) => (_table, _watts) = (table, table.Watts(table.Header.First(column => column != "timestamp"), 1));

    public static HeatTable? Of(string folder)
    {
        var heat = Path.Combine(folder, "heat");
        var file = Directory.Exists(heat) ? Directory.GetFiles(heat, "heat_*.csv").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        return file is null ? null : new HeatTable(TimeSeriesTable.Read(file, "timestamp", HamletDataset.UnixSeconds, "Unix seconds"));
    }

    /// <summary>The heat of a building that loses another amount in the same weather; null where the file does not cover the span.</summary>
    public PowerProfile? Scaled(Period first, int periods, double lossPerKelvin)
    {
        var offset = first.Index - _table.First.Index;
        return offset < 0 || offset + periods > _watts.Length
            ? null
            : new PowerProfile(first, [.. _watts.AsSpan((int)offset, periods).ToArray().Select(watts => (long)Math.Round(watts * lossPerKelvin / LossPerKelvin))]);
    }
}
