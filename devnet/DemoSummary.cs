using System.Text.Json;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>The demo's answer for machines. Names and units are stable: energy in Wh, prices in µEUR/kWh, money in µEUR.</summary>
/// <param name="PriceMin">Over the rounds that had a price; null where none had.</param>
/// <param name="MeteredPeriods">Periods whose deviations were computed; of these <paramref name="SettledDeviations"/> are on the chain.</param>
/// <param name="Estimates">Members and periods without a reading in time.</param>
/// <param name="BalancedWh">Deviations that the community balanced itself.</param>
/// <param name="DeviationGas">Beside <paramref name="GasTotal"/>.</param>
/// <param name="EscrowMicroEur">What the contract holds of the token.</param>
/// <param name="BalancesMicroEur">All members' balances together; equal to the escrow.</param>
/// <param name="Seconds">From the start of the program to the last settled round.</param>
/// <param name="Msd">The evening's order of the system operator; null where there was none, and <paramref name="MsdNote"/> says why.</param>
internal sealed record DemoSummary(
    int Periods,
    int Bids,
    int Trades,
    long TradedWh,
    int SettledRounds,
    ulong GasTotal,
    double? GasPerTrade,
    long? PriceMin,
    long? PriceMean,
    long? PriceMax,
    double SelfSufficiencyWithout,
    double SelfSufficiencyWith,
    long SavingsMicroEur,
    int MeteredPeriods,
    int SettledDeviations,
    int Estimates,
    long BalancedWh,
    ulong DeviationGas,
    long EscrowMicroEur,
    long BalancesMicroEur,
    ulong ChainId,
    string Contract,
    double Seconds,
    PowerPlantSummary? Msd,
    string? MsdNote)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    public static string ToJson(ExchangeSummary summary, DemoDeviations deviations, Money escrow, ulong chainId, Address contract, double seconds,
        PowerPlantSummary? msd, string? msdNote) =>
        JsonSerializer.Serialize(
            new DemoSummary(
                summary.Periods,
                summary.Bids,
                summary.Trades,
                summary.Traded.WattHours,
                summary.SettledRounds,
                summary.GasTotal,
                summary.GasPerTrade is { } gas ? Math.Round(gas, 1) : null,
                summary.PriceMin?.MicroEurPerKWh,
                summary.PriceMean?.MicroEurPerKWh,
                summary.PriceMax?.MicroEurPerKWh,
                Math.Round(summary.SelfSufficiencyWithout, 6),
                Math.Round(summary.SelfSufficiencyWith, 6),
                summary.Savings.MicroEur,
                deviations.Metered,
                deviations.Settled,
                deviations.Estimates,
                deviations.Balanced,
                deviations.Gas,
                escrow.MicroEur,
                summary.Escrow.MicroEur,
                chainId,
                contract.ToString(),
                Math.Round(seconds, 3),
                msd,
                msdNote),
            Json);
}
