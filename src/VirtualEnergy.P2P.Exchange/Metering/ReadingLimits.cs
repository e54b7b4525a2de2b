using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>What a meter behind a connection can have counted in one period.</summary>
public sealed class ReadingLimits(PeriodGrid grid)
{
    /// <summary>Null when the reading is possible, else a stable code.</summary>
    /// <param name="reading">Wh.</param>
    /// <param name="connectionWatts">What the connection carries, each way.</param>
    public string? ObjectionTo(MeterReading reading, long connectionWatts)
    {
        if (reading.Import < Energy.Zero || reading.Export < Energy.Zero || reading.Production < Energy.Zero)
        {
            return "energy-negative";
        }

        // Production is fed in, which the connection bounds, or used at once by devices that the connection could feed.
        var limit = (Int128)connectionWatts * grid.LengthSeconds / 3600;
        return reading.Import.WattHours > limit || reading.Export.WattHours > limit || reading.Production.WattHours > 2 * limit
            ? "over-capacity" : null;
    }
}
