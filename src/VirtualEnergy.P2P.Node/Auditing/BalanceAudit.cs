using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>
/// Opening + deposits + what the batches moved − withdrawals = balance, for everyone. A span that begins with the first period opens with nothing and
/// one that ends with the last closes with today: then any node will do. Else the node must still have the states of those blocks.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="escrow">The contract on it.</param>
/// <param name="fromBlock">Nothing of the escrow is before it.</param>
internal sealed class BalanceAudit(JsonRpcClient client, EnergySettlementContract escrow, ulong fromBlock)
{
    /// <param name="span">The settlements audited, oldest first.</param>
    /// <param name="settled">All settlements that stand, oldest first.</param>
    /// <param name="lanes">The members.</param>
    /// <param name="head">The newest block to look at.</param>
    public async Task<VerifiedBalances> RunAsync(
        List<SettledEvent> span, List<SettledEvent> settled, MemberLanes lanes, ulong head, VerifyProgress progress, CancellationToken cancellation)
    {
        var opens = span[0] == settled[0] ? (ulong?)null : span[0].BlockNumber - 1;
        var closes = span[^1] == settled[^1] ? head : span[^1].BlockNumber;
        var first = opens + 1 ?? fromBlock;
        try
        {
            var opening = opens is { } block ? await FundsAsync(lanes, block, cancellation).ConfigureAwait(false) : ImmutableDictionary<Address, FundsState>.Empty;
            var replay = new EscrowReplay(client, escrow, lanes.All.Select(member => KeyValuePair.Create(member, opening.GetValueOrDefault(member, Nothing(member, lanes)))), first);
            await foreach (var _ in replay.ReadToAsync(closes, cancellation).ConfigureAwait(false))
            {
                progress("balances", replay.NextBlock - first, Math.Max(1, closes + 1 - first));
            }

            var (now, differing) = await DifferingAsync(lanes, replay, closes, cancellation).ConfigureAwait(false);
            if (differing is not null)
            {
                // Anvil answers for its newest block by a state that a transaction may have changed meanwhile. Then there is a newer block, and the next answer is certain.
                (now, differing) = await DifferingAsync(lanes, replay, closes, cancellation).ConfigureAwait(false);
            }

            return new VerifiedBalances(
                lanes.All.Length, differing is { } member ? Differs(span[^1].Period, member, now.GetValueOrDefault(member), replay.Of(member), closes) : null, null);
        }
        catch (EthereumException failure) when (failure is EthereumRpcException or EthereumRevertException)
        {
            return new VerifiedBalances(0, null, $"the node does not have the state of block {opens ?? closes} any more: verify from the first period on, or ask an archive node");
        }
        catch (FundsHistoryException contradiction)
        {
            return new VerifiedBalances(0, null, contradiction.Message.TrimEnd('.'));
        }
    }

    private static FundsState Nothing(Address member, MemberLanes lanes) => new() { IsWide = lanes.WideAccounts.Contains(member) };

    private static AuditFinding Differs(Period last, Address member, FundsState now, FundsState replayed, ulong block) => new(
        last, AuditCheck.Balances, $"the balance of {member}", $"at block {block} the contract has {now.Balance} and {now.Requested} asked for",
        $"opening, deposits, deltas and withdrawals come to {replayed.Balance} and {replayed.Requested}");

    private async Task<(ImmutableDictionary<Address, FundsState> Funds, Address? First)> DifferingAsync(
        MemberLanes lanes, EscrowReplay replay, ulong block, CancellationToken cancellation)
    {
        var funds = await FundsAsync(lanes, block, cancellation).ConfigureAwait(false);
        foreach (var member in lanes.All)
        {
            if (funds.GetValueOrDefault(member, Nothing(member, lanes)) != replay.Of(member))
            {
                return (funds, member);
            }
        }

        return (funds, null);
    }

    // Members who joined later are not in an older state: they had nothing.
    private async Task<ImmutableDictionary<Address, FundsState>> FundsAsync(MemberLanes lanes, ulong block, CancellationToken cancellation)
    {
        ImmutableArray<Address> there = [.. (await escrow.At(block).LanesAsync(cancellation).ConfigureAwait(false)).All.Where(member => lanes.Contains(member.ToMember()))];
        var balances = await escrow.At(block).BalancesAsync(there, cancellation).ConfigureAwait(false);
        var requests = await RequestsAsync(there, block, cancellation).ConfigureAwait(false);
        return Enumerable.Range(0, there.Length).ToImmutableDictionary(
            i => there[i], i => new FundsState(balances[i], requests[i]) { IsWide = lanes.WideAccounts.Contains(there[i]) });
    }

    private async Task<IReadOnlyList<Money>> RequestsAsync(ImmutableArray<Address> members, ulong block, CancellationToken cancellation)
    {
        var batch = client.NewBatch();
        var asked = new EnergySettlementContract(batch.Client, escrow.Address).At(block);
        var requests = members.Select(member => asked.RequestOfAsync(member, cancellation)).ToArray();
        await batch.SendAsync(cancellation).ConfigureAwait(false);
        return [.. (await Task.WhenAll(requests).ConfigureAwait(false)).Select(request => request.Amount)];
    }
}
