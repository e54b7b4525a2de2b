using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>What the evening's order came to. Powers in W, energies in Wh, money in µEUR, times by the simulation's clock.</summary>
/// <param name="Profile">The market's rules.</param>
/// <param name="SoldWatts">What the market took in the order's periods, upward.</param>
/// <param name="OrderWatts">What was ordered, upward.</param>
/// <param name="At">When.</param>
/// <param name="HeldSeconds">From the end of the ramp to the order's end.</param>
/// <param name="HeldCycles">Cycles of four seconds that the system operator saw in that time.</param>
/// <param name="WithinFivePercent">Of these, those in which the homes together were within 5 % of the order about its target.</param>
/// <param name="WorstPercent">The largest distance in one of them, in percent of the order.</param>
/// <param name="HomesThatMoved">Homes that were asked and moved.</param>
/// <param name="CashMicroEur">From the system operator: of it <paramref name="MembersMicroEur"/> is the homes' and <paramref name="FeeMicroEur"/> the aggregator's.</param>
/// <param name="PaidOnChainMicroEur">What of it is in the homes' balances, by the escrow's log; and what homes owe is <paramref name="OwedMicroEur"/>: paid − owed = <paramref name="MembersMicroEur"/>.</param>
/// <param name="Deposits">That brought it.</param>
/// <param name="Statement">The hash of the statement of payments, which each of them bears.</param>
/// <param name="BaselineHash">Of the frozen program.</param>
internal sealed record PowerPlantSummary(
    string Unit, string Profile, long SoldWatts, long OrderWatts, DateTimeOffset At, int HeldSeconds, int HeldCycles, int WithinFivePercent, double WorstPercent, int HomesThatMoved,
    long OrderedWh, long DeliveredWh, long CashMicroEur, long MembersMicroEur, long FeeMicroEur, long PaidOnChainMicroEur, int Deposits, long OwedMicroEur,
    string? Statement, string? BaselineHash)
{
    public static PowerPlantSummary Of(
        string unit, string profile, long sold, PowerPlantOrder order, ImmutableArray<ImmutableArray<long>> samples, PowerPlantPicture gateway, PowerPlantPaid paid, string? baselineHash)
    {
        var held = samples.Where(sample => sample[0] >= order.RampedAt.ToUnixTimeMilliseconds() && sample[0] <= order.End.ToUnixTimeMilliseconds()).ToList();
        var distances = held.Select(sample => 100.0 * Math.Abs(sample[1] - sample[3]) / order.Watts).ToList();
        var (cash, members) = (gateway.Money.CashMicroEur, gateway.Money.MembersMicroEur);
        return new PowerPlantSummary(
            unit, profile, sold, order.Watts, order.At, (int)(order.End - order.RampedAt).TotalSeconds, held.Count, distances.Count(distance => distance <= 5),
            Math.Round(distances.DefaultIfEmpty().Max(), 2), gateway.Moved.Count(home => home.WattHours != 0), gateway.Statements.Sum(row => row.OrderedWh),
            gateway.Statements.Sum(row => row.DeliveredWh), cash, members, cash - members, paid.MicroEur, paid.Deposits, paid.OwedMicroEur, paid.Statement, baselineHash);
    }
}

/// <summary>The order as it was sent.</summary>
/// <param name="Watts">Upward.</param>
internal sealed record PowerPlantOrder(long Watts, DateTimeOffset At, DateTimeOffset RampedAt, DateTimeOffset End);
