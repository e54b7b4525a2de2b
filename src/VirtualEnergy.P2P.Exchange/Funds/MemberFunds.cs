using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>A member's money in the shape that her page shows: the chain's part, and what the exchange counts on top of it.</summary>
public sealed class MemberFunds(
    ExchangeOptions options, MemberDirectory members, FundsLedger ledger, FundsWatch watch, ChainStatus chain, ChainHistory history, JsonRpcClient client,
    EnergySettlementContract contract)
{
    private Task<EscrowFacts>? _facts;

    /// <summary>Null for who is no member.</summary>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    public async Task<FundsView?> OfAsync(MemberId member, CancellationToken cancellation)
    {
        if (members.Find(member) is not { } known)
        {
            return null;
        }

        var request = await contract.RequestOfAsync(Address.FromMember(member), cancellation);
        var state = await contract.StateAsync(cancellation);
        var facts = await FactsAsync();

        // The chain's own word: the ledger looks only every few seconds, and who has just paid in looks at once.
        var onChain = await contract.BalanceOfAsync(Address.FromMember(member), cancellation);
        var unsettled = ledger.Unsettled(member);
        var notice = watch.NoticeOf(member, onChain + unsettled);
        return new FundsView(
            member.Value, known.Name, onChain.MicroEur, unsettled.MicroEur, ledger.UnsettledRounds, notice.Outlook.Available.MicroEur,
            request.Amount == Money.Zero ? null : new RequestView(request.Amount.MicroEur, request.ReadyAt, request.To.ToString()),
            WireFormat.Code(notice.Outlook.Level), notice.Outlook.SpendingPerPeriod.MicroEur, notice.Outlook.LastsPeriods, notice.Outlook.LargestBid.MicroEur,
            notice.Mandate is { } mandate ? new MandateView($"{mandate.Number}", mandate.Most?.MicroEur) : null, notice.SpentOnDay.MicroEur,
            new EscrowView(
                chain.ChainId, contract.Address.ToString(), facts.Token.ToString(), facts.Symbol, (long)facts.Challenge.TotalSeconds, options.Rules.Grid.LengthSeconds,
                state.Settles ? "settles" : state.Exiting ? "exiting" : state.Frozen ? "frozen" : state.Paused ? "paused" : "unbonded"));
    }

    /// <summary>The last movements, newest first.</summary>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    /// <exception cref="FundsHistoryException">What it says does not add up.</exception>
    public async Task<IEnumerable<MovementView>> HistoryAsync(MemberId member, int limit, CancellationToken cancellation) =>
        (await history.OfAsync(member, cancellation)).Reverse().Take(limit).Select(entry => new MovementView(
            System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Kind.ToString()), entry.At, entry.Period?.Index, entry.BalanceChange.MicroEur,
            entry.After.Balance.MicroEur, entry.After.Requested.MicroEur, entry.Other?.ToString(), entry.Block, entry.Transaction.ToString()));

    // Fixed at deployment, so asked once; a failure is asked again.
    private Task<EscrowFacts> FactsAsync() => _facts is { IsFaulted: false, IsCanceled: false } known ? known : _facts = AskAsync();

    private async Task<EscrowFacts> AskAsync()
    {
        var token = new EuroToken(client, await contract.TokenAsync(CancellationToken.None));
        return new EscrowFacts(token.Address, await token.SymbolAsync(CancellationToken.None), await contract.ChallengeAsync(CancellationToken.None));
    }

    private sealed record EscrowFacts(Address Token, string Symbol, TimeSpan Challenge);
}

/// <summary>A member's money. Amounts in µEUR.</summary>
/// <param name="BalanceMicroEur">In the escrow, on the chain.</param>
/// <param name="UnsettledMicroEur">What rounds that the chain does not have yet will do to it: + is received.</param>
/// <param name="UnsettledRounds">How many those are, of everybody.</param>
/// <param name="AvailableMicroEur">The two together: what she can bid with.</param>
/// <param name="Request">What she asked for and was not paid yet; null: nothing.</param>
/// <param name="Level"><c>fine</c>, <c>low</c> or <c>short</c>.</param>
/// <param name="LastsPeriods">Whole periods until nothing is left at the recent rate; null: nothing is spent.</param>
/// <param name="Mandate">The most that she spends a day; null: she gave no mandate.</param>
/// <param name="SpentOnDayMicroEur">On the UTC day of the period that is bid for.</param>
public sealed record FundsView(
    string Member, string Name, long BalanceMicroEur, long UnsettledMicroEur, int UnsettledRounds, long AvailableMicroEur, RequestView? Request, string Level,
    long SpendingMicroEurPerPeriod, long? LastsPeriods, long LargestBidMicroEur, MandateView? Mandate, long SpentOnDayMicroEur, EscrowView Escrow);

/// <param name="ReadyAt">When it can be paid.</param>
public sealed record RequestView(long AmountMicroEur, DateTimeOffset ReadyAt, string To);

/// <param name="Number">64 bits, as text: a browser's numbers end before.</param>
/// <param name="MostMicroEurPerDay">Null: no bound.</param>
public sealed record MandateView(string Number, long? MostMicroEurPerDay);

/// <param name="State"><c>settles</c>, <c>paused</c>, <c>unbonded</c>, <c>frozen</c> or <c>exiting</c>.</param>
public sealed record EscrowView(
    ulong ChainId, string Contract, string Token, string Symbol, long ChallengeSeconds, int PeriodSeconds, string State);

/// <param name="Kind">Kebab case: <c>deposit</c>, <c>trades</c>, <c>withdrawal-request</c>…</param>
/// <param name="ChangeMicroEur">Of the balance.</param>
public sealed record MovementView(
    string Kind, DateTimeOffset At, long? Period, long ChangeMicroEur, long BalanceMicroEur, long RequestedMicroEur, string? Other, ulong Block, string Transaction);
