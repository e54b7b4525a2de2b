using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>The evening's money on the chain: the simulated system operator transfers its cash to the aggregator, whose gateway pays homes by its statement.</summary>
/// <param name="homes">Whose balances are paid into.</param>
internal sealed class PowerPlantPayment(PowerPlantPlan plan, EveningClock clock, DevnetChain chain, HttpClient http, ImmutableArray<Address> homes, DemoReport report)
{
    // What the aggregator may have to advance for homes that owe, and more than any evening brings.
    private static readonly Money OwnMoney = new(10_000_000);
    private static readonly Money OperatorsMoney = new(1_000_000_000);

    private static Address Wallet => DevAccounts.Balancer.Address;

    /// <summary>Operator and aggregator have some money before the day.</summary>
    public async Task PrepareAsync(CancellationToken stop)
    {
        await chain.MintAsync(DevAccounts.SystemOperator.Address, OperatorsMoney, stop);
        await chain.MintAsync(Wallet, OwnMoney, stop);
    }

    /// <summary>The operator pays what was settled, the time of the statement comes, and homes have their shares.</summary>
    public async Task RunAsync(PowerPlantPicture settled, CancellationToken stop)
    {
        if (settled.Money.CashMicroEur > 0)
        {
            var transaction = await chain.TransferAsync(DevAccounts.SystemOperator, Wallet, new Money(settled.Money.CashMicroEur), stop);
            report.Say(Text($"power plant  the system operator pays {settled.Money.CashMicroEur / 1e6:0.00} EUR: {transaction}"));
        }

        await clock.AdvanceToAsync(plan.PaidAt, stop);
        var view = await ViewAsync(stop);
        if (await PowerPlantEvening.UntilAsync(async () => (view = await ViewAsync(stop)).Statements is [var statement, ..] && statement.PaidMembers == statement.Members, stop))
        {
            report.Say(Text($"power plant  {view.Statements[0].PaidMicroEur / 1e6:0.00} EUR are in the balances of {view.Statements[0].Members} homes, by statement {view.Statements[0].Hash}"));
        }
        else
        {
            report.Warn($"power plant: homes are not paid. {view.Problem?.Words}");
        }
    }

    /// <summary>What the chain has of it.</summary>
    public async Task<PowerPlantPaid> PaidAsync(CancellationToken stop)
    {
        var (sum, deposits) = await chain.DepositedAsync(homes, Wallet, stop);
        var statement = (await ViewAsync(stop)).Statements is [var last, ..] ? last : null;
        return new PowerPlantPaid(sum.MicroEur, deposits, statement?.OwedMicroEur ?? 0, statement?.Hash);
    }

    private async Task<PaymentsView> ViewAsync(CancellationToken stop) => (await http.GetFromJsonAsync<PaymentsView>("/api/payments", stop))!;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What homes were paid into their balances in the escrow.</summary>
/// <param name="MicroEur">By the escrow's log, µEUR.</param>
/// <param name="Deposits">One for each home that is due something.</param>
/// <param name="OwedMicroEur">What other homes owe the aggregator, who has advanced it: paid − owed = the homes' part of the cash.</param>
/// <param name="Statement">The hash that each deposit bears.</param>
internal sealed record PowerPlantPaid(long MicroEur, int Deposits, long OwedMicroEur, string? Statement);
