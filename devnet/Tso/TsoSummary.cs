using System.Text.Json;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>The evening's answer for machines. Names and units are stable: powers in W, energies in Wh, money in µEUR, times in seconds of the simulation.</summary>
/// <param name="OfferedSteps">Steps that the gateway offered for the evening.</param>
/// <param name="SoldWatts">What the market took in the order's periods, upward.</param>
/// <param name="RefusedBeyondSold">A set-point beyond what was sold was confirmed negatively.</param>
/// <param name="OrderWatts">What was ordered, upward.</param>
/// <param name="LastSetPointMilliseconds">From the order's acceptance to the last home's confirmation of its first set-point, in real time.</param>
/// <param name="Vanished">Homes that left during the order.</param>
/// <param name="HeldCycles">Cycles from the end of the ramp to the end of the order.</param>
/// <param name="WithinFivePercent">Of these, those with the aggregate within ± 5 % of the order about its target, as the system operator measured.</param>
/// <param name="WorstPercent">The largest distance in one of them, in percent of the order.</param>
/// <param name="TelemetrySets">Sets of measurements that the system operator got.</param>
/// <param name="CashMicroEur">From the system operator; of it <paramref name="MembersMicroEur"/> goes to homes.</param>
/// <param name="Seconds">Of real time, from the start of the program.</param>
internal sealed record TsoSummary(
    int Homes, int Customers, int Speed, int OfferedSteps, long SoldWatts, bool RefusedBeyondSold, long OrderWatts, double? LastSetPointMilliseconds, int Vanished, int HeldCycles,
    int WithinFivePercent, double WorstPercent, int TelemetrySets, double ShortestCycle, double LongestCycle, int SettledPeriods, long OrderedWh, long DeliveredWh, long CashMicroEur,
    long MembersMicroEur, double Seconds)
{
    /// <summary>The order was carried out, and money moved for it.</summary>
    public bool IsWhole => OrderWatts > 0 && SettledPeriods > 0 && DeliveredWh > 0;

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
