using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// What is asked of the chain before anything starts: that it is the right one, that the contract is there and takes
/// settlements from this exchange, that every member is registered, with the meter that signs her readings, and how far it has settled.
/// </summary>
/// <param name="LastPeriod">The last period that the contract has settled.</param>
/// <param name="PeriodsPerBatch">Balances move in every so many periods.</param>
/// <param name="Balances">The escrow of each member and account after that period.</param>
public sealed record ChainStart(
    ulong ChainId, Period LastPeriod, int PeriodsPerBatch, ulong Block, MemberLanes Lanes, ImmutableArray<KeyValuePair<MemberId, Money>> Balances)
{
    /// <exception cref="ExchangeStartException">One of these is not so.</exception>
    public static async Task<ChainStart> CheckAsync(
        ExchangeOptions options, IEthereumClient client, EnergySettlementContract contract, CancellationToken cancellation)
    {
        try
        {
            var chainId = await client.ChainIdAsync(cancellation);
            if (options.ChainId is { } expected && expected != chainId)
            {
                throw new ExchangeStartException($"The Ethereum node at {options.Rpc} is on chain {chainId}, not {expected}: check Exchange:Rpc and Exchange:ChainId.");
            }

            if ((await client.CodeAsync(options.Contract, cancellation)).Length == 0)
            {
                throw new ExchangeStartException($"No contract lives at {options.Contract} on chain {chainId}: check Exchange:Contract, or deploy it first.");
            }

            if (!await contract.IsThisVersionAsync(cancellation))
            {
                throw new ExchangeStartException(
                    $"The contract {options.Contract} is not the EnergySettlement of this version (its code is another): run the version that it was deployed with, or deploy anew.");
            }

            var settler = await contract.SettlerAsync(cancellation);
            if (settler != options.Key.Address)
            {
                throw new ExchangeStartException(
                    $"The contract {options.Contract} takes settlements from {settler} only, and Exchange:Key is {options.Key.Address}'s.");
            }

            if (await contract.RulesAsync(cancellation) is var agreed && agreed != default && agreed != CommittedRules.Of(options.Rules).Hash)
            {
                throw new ExchangeStartException(
                    $"The contract {options.Contract} was deployed with other market rules than these: set Rules back to what the members agreed to, or deploy anew.");
            }

            var lanes = await contract.LanesAsync(cancellation);
            if (options.Payees.Where(payee => !lanes.Contains(payee)).Take(1).ToList() is [var stranger])
            {
                throw new ExchangeStartException($"{NameOf(stranger, options)} is not registered with the contract {options.Contract}: register it first.");
            }

            await RegisteredMeters.CheckAsync(options, client, contract, cancellation);
            var periodsPerBatch = await contract.PeriodsPerBatchAsync(cancellation);
            if (options.Settlement.PeriodsPerBatch is { } wanted && wanted != periodsPerBatch)
            {
                throw new ExchangeStartException(
                    $"Exchange:Settlement:PeriodsPerBatch is {wanted}, and the contract {options.Contract} was deployed with {periodsPerBatch}: leave the key out, or deploy anew.");
            }

            var balances = await contract.BalancesAsync([.. options.Payees.Select(Address.FromMember)], cancellation);
            return new ChainStart(
                chainId, await contract.LastPeriodAsync(cancellation), periodsPerBatch, await client.BlockNumberAsync(cancellation), lanes,
                [.. options.Payees.Zip(balances, KeyValuePair.Create)]);
        }
        catch (EthereumTransportException failure)
        {
            throw new ExchangeStartException($"The Ethereum node at {options.Rpc} does not answer: {failure.Message} Is it running?", failure);
        }
        catch (EthereumException failure)
        {
            throw new ExchangeStartException($"The contract at {options.Contract} does not answer as an EnergySettlement: {failure.Message}", failure);
        }
    }

    /// <summary>Which rounds are to come. The first follows the journal's last, or the contract's where the journal is empty.</summary>
    /// <exception cref="ExchangeStartException">The journal and the contract do not belong together.</exception>
    public async Task<RunPlan> PlanAsync(
        ExchangeOptions options, ExchangeJournal journal, EnergySettlementContract contract, CancellationToken cancellation)
    {
        var (firstCleared, lastCleared) = (journal.FirstCleared(), journal.LastCleared());
        var first = firstCleared ?? LastPeriod.Next;
        if (lastCleared is { } last && (LastPeriod > last || LastPeriod < first.Previous))
        {
            throw new ExchangeStartException(
                $"The contract has settled up to period {LastPeriod}, the journal {options.JournalPath} has periods {first} to {last}: "
                + "it is not the journal of this contract, or an old copy of it.");
        }

        if (lastCleared is null && first.Index % PeriodsPerBatch != 0 && await HasCommitmentAsync(contract, cancellation))
        {
            throw new ExchangeStartException(
                $"The journal {options.JournalPath} is empty, and the contract owes money of periods up to {LastPeriod} that moves only with period "
                + $"{first.Index - first.Index % PeriodsPerBatch + PeriodsPerBatch - 1}: use the journal that cleared them.");
        }

        return new RunPlan(
            lastCleared?.Next ?? first,
            options.Rounds is { } rounds ? new Period(checked(first.Index + rounds - 1)) : null);
    }

    // What was never settled has no commitment: then nobody is owed anything.
    private async Task<bool> HasCommitmentAsync(EnergySettlementContract contract, CancellationToken cancellation)
    {
        try
        {
            await contract.CommitmentOfAsync(LastPeriod, cancellation);
            return true;
        }
        catch (EthereumRevertException)
        {
            return false;
        }
    }

    private static string NameOf(MemberId payee, ExchangeOptions options) =>
        options.Members.FirstOrDefault(member => member.Id == payee) is { } member ? $"Member {payee} ({member.Name})" : $"The account {payee}";
}
