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
        if (reading.Import < Energy.Zero || reading.Export < Energy.Zero || reading.Production < Energy.Zero
            || reading.Charge < Energy.Zero || reading.Discharge < Energy.Zero)
        {
            return "energy-negative";
        }

        // Production and discharge are fed in, which the connection bounds, or used at once by devices that it could feed; what a
        // battery takes comes through the connection or from production.
        var limit = (Int128)connectionWatts * grid.LengthSeconds / 3600;
        if (reading.Import.WattHours > limit || reading.Export.WattHours > limit || reading.Production.WattHours > 2 * limit
            || reading.Charge.WattHours > 3 * limit || reading.Discharge.WattHours > 2 * limit)
        {
            return "over-capacity";
        }

        // More went out of the home and into its battery than came in, was made and came out of the battery.
        return reading.Consumption < Energy.Zero ? "consumption-negative" : null;
    }
}
