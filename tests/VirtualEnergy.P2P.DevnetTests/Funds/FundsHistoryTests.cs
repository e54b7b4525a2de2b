using System.Globalization;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Contracts;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Funds;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.DevnetTests.Funds;

/// <summary>Histories read from a real chain: they end at the contract's own balance, or say why not.</summary>
[Collection(ContractTests.Name)]
public sealed class FundsHistoryTests(DevChain chain)
{
    private const int Members = 8;

    // The judge of these escrows is the registrar's account, so that fraud need not be real.
    private static readonly AbiFunction Slash = new("slash(uint64 period, bytes32 settled, address challenger)");

    /// <summary>Every way to move money, at random, and at the end fraud, rollback and exit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_members_history_adds_up_to_what_the_contract_says(int seed)
    {
        var random = new Random(seed);
        var escrow = await OfAsync(chain, Members, eachMicroEur: 1_000, window: 20);
        var metered = new MeteredSettlementContract(chain.Client, escrow.Contract);
        var period = Before;
        for (var step = 0; step < 50; step++)
        {
            var member = random.Next(Members);
            var (balance, request) = (await escrow.BalanceOfAsync(member), await escrow.Contract.RequestOfAsync(escrow.Members[member], Cancellation));
            switch (random.Next(7))
            {
                case 0:
                    await escrow.PayInAsync(member, random.NextInt64(1, 5_000));
                    break;
                case 1 when balance > 0:
                    await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(member), new Money(random.NextInt64(1, balance + 1)), AddressOf(300), Cancellation);
                    break;
                case 2 when request.Amount > Money.Zero:
                    await escrow.Contract.CancelWithdrawalAsync(escrow.SenderOf(member), Cancellation);
                    break;
                case 3 when request.Amount > Money.Zero:
                    await escrow.Contract.FinaliseWithdrawalAsync(chain.Settler, escrow.Members[member], Cancellation);
                    break;
                case 4:
                    var payments = await PaymentsAsync(escrow, random);
                    await escrow.Contract.SettleVerifiedAsync(chain.Settler, new Period(++period), BidsRoot, TradesRoot, payments, Cancellation);
                    break;
                case 5 when period > Before && (await metered.MeteringAsync(Cancellation)).StandsOn != new Period(period):
                    var deviations = escrow.BatchOf(period, await TransferAsync(escrow, random));
                    await metered.SettleAsync(chain.Settler, new MeteredBatch(new Period(period), BidsRoot, deviations.Deltas), Cancellation);
                    break;
                case 6 when step % 2 == 0:
                    await SettleByPartsAsync(escrow, escrow.BatchOf(++period, await TransferAsync(escrow, random)), cut: step / 2);
                    break;
                default:
                    await escrow.SettleAsync(++period, await TransferAsync(escrow, random));
                    break;
            }
        }

        foreach (var member in escrow.Members)
        {
            await HistoryAsync(chain.Client, escrow, member);
        }

        var anna = await HistoryAsync(chain.Client, escrow, escrow.Members[0]);
        Assert.Equal(Math.Min(20, period - Before), anna.Commitments);
    }

    /// <summary>A part that took of a request is undone, then the batch is settled by two others, and rolled back.</summary>
    [Fact]
    public async Task What_parts_move_and_move_back_is_told_to_the_unit()
    {
        var escrow = await OfAsync(chain, Members, eachMicroEur: 100, window: 20, terms: usual => usual with { Challenge = TimeSpan.FromHours(1) });
        var (settler, parts) = (chain.Settler, new BatchPartsContract(chain.Client, escrow.Contract.Address));
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(0), new Money(80), escrow.Members[0], Cancellation);
        var words = (await escrow.Contract.LanesAsync(Cancellation)).Pack(escrow.BatchOf(1001, (0, -50), (7, 50)));
        Assert.Equal(2, words.Length); // members 0 and 7 are in different slots

        // 50 of the lane's 20 and the request's 80; then all of it is as before.
        var all = BatchPart.First(words);
        await settler.SendAndConfirmAsync(escrow.Contract.Address, BatchPartsContract.EncodePart(new Period(1001), isMetered: false, all), Cancellation);
        Assert.Equal(new UnfinishedBatch(all.Chain, 2), await parts.UnfinishedAsync(Cancellation));
        await HistoryAsync(chain.Client, escrow, escrow.Members[0]);
        await parts.UndoAsync(settler, [all], Cancellation);
        Assert.True((await parts.UnfinishedAsync(Cancellation)).IsNone);
        Assert.Equal(new Money(80), (await escrow.Contract.RequestOfAsync(escrow.Members[0], Cancellation)).Amount);

        var first = BatchPart.First(words[..1]);
        var second = first.Next(words[1..]);
        foreach (var part in (BatchPart[])[first, second])
        {
            await settler.SendAndConfirmAsync(escrow.Contract.Address, BatchPartsContract.EncodePart(new Period(1001), isMetered: false, part), Cancellation);
        }

        await settler.SendAndConfirmAsync(escrow.Contract.Address, BatchPartsContract.EncodeSettle(new Period(1001), BidsRoot, TradesRoot, second.Chain), Cancellation);
        await FreezeAsync(escrow, 1001);
        await parts.RollbackAsync(chain.Registrar, BidsRoot, TradesRoot, second.Chain, Cancellation);
        await parts.UndoAsync(chain.Registrar, [first, second], Cancellation);

        var history = await HistoryAsync(chain.Client, escrow, escrow.Members[0]);
        Assert.Equal(
            [
                (FundsEntryKind.Deposit, 100, 0), (FundsEntryKind.WithdrawalRequest, 20, 80),
                (FundsEntryKind.WithdrawalReduced, 50, 50), (FundsEntryKind.Trades, 0, 50), (FundsEntryKind.TradesRolledBack, 50, 50), (FundsEntryKind.WithdrawalRequest, 20, 80),
                (FundsEntryKind.WithdrawalReduced, 50, 50), (FundsEntryKind.Trades, 0, 50),
                (FundsEntryKind.TradesRolledBack, 50, 50), // what was taken of the request comes back to the lane: the exit pays both
            ],
            history.Entries.Select(entry => (entry.Kind, entry.After.Balance.MicroEur, entry.After.Requested.MicroEur)));
        Assert.Equal(new Period(1001), history.Entries[^1].Period);
    }

    private async Task SettleByPartsAsync(Escrow escrow, SettlementBatch batch, int cut)
    {
        var words = (await escrow.Contract.LanesAsync(Cancellation)).Pack(batch);
        cut %= words.Length + 1;
        var first = BatchPart.First(words[..cut]);
        var second = first.Next(words[cut..]);
        foreach (var part in (BatchPart[])[first, second])
        {
            await chain.Settler.SendAndConfirmAsync(escrow.Contract.Address, BatchPartsContract.EncodePart(batch.Period, isMetered: false, part), Cancellation);
        }

        await chain.Settler.SendAndConfirmAsync(
            escrow.Contract.Address, BatchPartsContract.EncodeSettle(batch.Period, batch.BidsRoot, batch.TradesRoot, second.Chain), Cancellation);
    }

    [Fact]
    public async Task What_was_rolled_back_and_an_exit_are_told_to_the_unit()
    {
        // A chain of its own, since its time is moved.
        await using var own = new DevChain();
        await own.InitializeAsync();
        var escrow = await OfAsync(own, 3, eachMicroEur: 100, window: 20, terms: usual => usual with { Challenge = TimeSpan.FromHours(1) });
        await escrow.SettleAsync(1001, (0, -40), (1, 40));
        var second = escrow.BatchOf(1002, (0, 50), (1, -50));
        await escrow.Contract.SettleAsync(own.Settler, second, Cancellation);
        // Member 0 has 110 and asks for 100 of it; when 50 are taken back, her lane's 10 do not do, and 40 come from the request.
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(0), new Money(100), escrow.Members[0], Cancellation);
        await FreezeAsync(escrow, 1002);
        await escrow.Contract.RollbackAsync(own.Registrar, second, Cancellation);
        await AnvilChain.PassAsync(own.Rpc, TimeSpan.FromHours(1));
        await escrow.Contract.ExitAsync(Patient(own), escrow.Members[0], Cancellation);

        var history = await HistoryAsync(own.Client, escrow, escrow.Members[0]);
        Assert.Equal(
            [
                (FundsEntryKind.Deposit, 100, 0), (FundsEntryKind.Trades, 60, 0), (FundsEntryKind.Trades, 110, 0), (FundsEntryKind.WithdrawalRequest, 10, 100),
                (FundsEntryKind.TradesRolledBack, 0, 60), (FundsEntryKind.Withdrawal, 0, 0), // nothing but the request was left
            ],
            history.Entries.Select(entry => (entry.Kind, entry.After.Balance.MicroEur, entry.After.Requested.MicroEur)));
        Assert.Equal(new Money(-60), history.Entries[^1].Change);
        Assert.Equal(new Period(1002), history.Entries[^2].Period);

        await escrow.Contract.ExitAsync(Patient(own), escrow.Members[1], Cancellation);
        var other = (await HistoryAsync(own.Client, escrow, escrow.Members[1])).Entries[^1];
        Assert.Equal((FundsEntryKind.Exit, new Money(-140)), (other.Kind, other.Change)); // 100 + 40, with the second period undone
    }

    [Fact]
    public async Task A_wide_account_has_a_history_beyond_what_a_lane_holds()
    {
        var escrow = await OfAsync(chain, 1, eachMicroEur: 100);
        var (grid, rich) = (AddressOf(100), FundsState.MostBalance + new Money(5));
        await escrow.Contract.RegisterWideAsync(chain.Registrar, grid, Cancellation);
        await escrow.Euro.MintAsync(chain.Registrar, chain.Registrar.Address, rich, Cancellation);
        await escrow.Euro.ApproveAsync(chain.Registrar, escrow.Contract.Address, rich, Cancellation);
        await escrow.Contract.DepositAsync(chain.Registrar, grid, rich, Cancellation);
        var fee = new SettlementBatch(new Period(1001), BidsRoot, TradesRoot, [new(escrow.Members[0].ToMember(), new Money(-30)), new(grid.ToMember(), new Money(30))]);
        await escrow.Contract.SettleAsync(chain.Settler, fee, Cancellation);
        var payment = new Payment(grid.ToMember(), escrow.Members[0].ToMember(), new Energy(1_000), new Price(7));
        await escrow.Contract.SettleVerifiedAsync(chain.Settler, new Period(1002), BidsRoot, TradesRoot, [payment], Cancellation);

        var history = await FundsHistory.ReadAsync(chain.Client, escrow.Contract, grid, 0, null, Cancellation);
        Assert.Equal([rich, new Money(30), new Money(-7)], history.Entries.Select(entry => entry.BalanceChange));
        Assert.Equal(rich + new Money(23), history.Closing.Balance);
    }

    [Fact]
    public async Task A_later_first_block_begins_with_what_the_chain_said_then()
    {
        var escrow = await OfAsync(chain, 2, eachMicroEur: 100);
        await escrow.SettleAsync(1001, (0, -40), (1, 40));
        var from = await chain.Client.BlockNumberAsync(Cancellation) + 1;
        await escrow.SettleAsync(1002, (0, -5), (1, 5));
        var history = await FundsHistory.ReadAsync(chain.Client, escrow.Contract, escrow.Members[0], from, null, Cancellation);
        Assert.Equal(new FundsState(new Money(60), Money.Zero), history.Opening);
        Assert.Equal(new Period(1002), Assert.Single(history.Entries).Period);
        Assert.Equal(new Money(55), history.Closing.Balance);
    }

    [Fact]
    public async Task A_node_that_tells_few_blocks_at_a_time_gives_the_same_history()
    {
        var escrow = await OfAsync(chain, 2, eachMicroEur: 100);
        await escrow.SettleAsync(1001, (0, -40), (1, 40));
        var refusals = 0;
        using var node = Through((method, parameters, result) => method == "eth_getLogs" && Span(parameters) > 3 && refusals++ >= 0
            ? throw new InvalidOperationException("query exceeds max block range 3") : result);
        Assert.Equal(
            (await HistoryAsync(chain.Client, escrow, escrow.Members[0])).Entries,
            (await FundsHistory.ReadAsync(node, new EnergySettlementContract(node, escrow.Contract.Address), escrow.Members[0], 0, null, Cancellation)).Entries);
        Assert.True(refusals > 0);
    }

    /// <summary>A node may lie about what no hash binds it to; whatever moves money is bound.</summary>
    [Theory]
    [InlineData("other deltas", "the contract's log contradicts")]
    [InlineData("no transaction", "and not the transaction")]
    [InlineData("the first deposit kept back", "The events contradict themselves")]
    [InlineData("the last deposit kept back", "The node keeps events back")]
    [InlineData("another root", "is not what the contract committed to")]
    public async Task A_node_that_lies_is_found_out(string lie, string expected)
    {
        var escrow = await OfAsync(chain, 2, eachMicroEur: 100);
        await escrow.SettleAsync(1001, (0, -40), (1, 40));
        await escrow.PayInAsync(0, 7);
        using var node = Through((method, _, result) => (lie, method) switch
        {
            ("other deltas", "eth_getTransactionByHash") => Altered(result!, "input"),
            ("no transaction", "eth_getTransactionByHash") => null,
            ("the first deposit kept back", "eth_getLogs") => Without(result!.AsArray(), logs => logs.First(log => (string)log!["topics"]![0]! == Deposited)),
            ("the last deposit kept back", "eth_getLogs") => Without(result!.AsArray(), logs => logs.Last(log => (string)log!["topics"]![0]! == Deposited)),
            ("another root", "eth_getLogs") => new JsonArray([.. result!.AsArray().Select(log => (string)log!["topics"]![0]! == Settled ? WithOtherRoot(log.DeepClone()) : log.DeepClone())]),
            _ => result,
        });
        var found = await Assert.ThrowsAsync<FundsHistoryException>(() =>
            FundsHistory.ReadAsync(node, new EnergySettlementContract(node, escrow.Contract.Address), escrow.Members[0], 0, null, Cancellation));
        Assert.Contains(expected, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_no_member_has_no_history()
    {
        var escrow = await OfAsync(chain, 1, eachMicroEur: 1);
        var refused = await Assert.ThrowsAsync<EthereumRevertException>(() => HistoryAsync(chain.Client, escrow, AddressOf(5)));
        Assert.Equal("NotRegistered", refused.ErrorName);
    }

    private static string Deposited => Keccak256.Hash("Deposited(address,address,uint256)").ToString();

    private static string Settled => Keccak256.Hash("Settled(uint64,bytes32,bytes32,bytes32)").ToString();

    private static async Task<FundsHistory> HistoryAsync(JsonRpcClient client, Escrow escrow, Address member)
    {
        var history = await FundsHistory.ReadAsync(client, escrow.Contract, member, 0, null, Cancellation);
        Assert.Equal(default, history.Opening);
        var state = history.Opening;
        foreach (var entry in history.Entries)
        {
            Assert.Equal(state, entry.Before);
            Assert.NotEqual(entry.Before, entry.After);
            state = entry.After;
        }

        Assert.Equal(history.Closing, state);
        Assert.Equal(await escrow.Contract.BalanceOfAsync(member, Cancellation), history.Closing.Balance);
        return history;
    }

    private JsonRpcClient Through(Func<string, JsonArray, JsonNode?, JsonNode?> alter) => new(
        new HttpClient(new MeddlingNode(alter)) { BaseAddress = chain.Rpc }, TimeProvider.System, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });

    private static async Task FreezeAsync(Escrow escrow, long period)
    {
        await escrow.Chain.Registrar.SendAndConfirmAsync(
            escrow.Contract.Address, Slash.Encode(period, await escrow.Contract.CommitmentOfAsync(new Period(period), Cancellation), escrow.Members[0]), Cancellation);
        Assert.True((await escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    /// <summary>Something from a member who has it to the next.</summary>
    private static async Task<(int Member, long MicroEur)[]> TransferAsync(Escrow escrow, Random random)
    {
        var payer = random.Next(Members);
        var amount = random.NextInt64(0, await escrow.BalanceOfAsync(payer) + 1);
        return amount == 0 ? [] : [(payer, -amount), ((payer + 1) % Members, amount)];
    }

    /// <summary>The same as payments, in two parts that are rounded each.</summary>
    private static async Task<Payment[]> PaymentsAsync(Escrow escrow, Random random)
    {
        var payer = random.Next(Members);
        var half = await escrow.BalanceOfAsync(payer) / 4;
        return half == 0 ? [] :
        [
            new Payment(escrow.Members[payer].ToMember(), escrow.Members[(payer + 3) % Members].ToMember(), new Energy(half), new Price(1_499)),
            new Payment(escrow.Members[payer].ToMember(), escrow.Members[(payer + 5) % Members].ToMember(), new Energy(half), new Price(-333)),
        ];
    }

    private static ulong Span(JsonArray parameters) => Number(parameters[0]!["toBlock"]!) - Number(parameters[0]!["fromBlock"]!) + 1;

    private static ulong Number(JsonNode hex) => ulong.Parse(((string)hex!).AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static JsonNode Altered(JsonNode node, string field)
    {
        var text = (string)node[field]!;
        node[field] = text[..^1] + (text[^1] == '1' ? '2' : '1');
        return node;
    }

    private static JsonArray Without(JsonArray logs, Func<JsonArray, JsonNode?> which)
    {
        var kept = logs.DeepClone().AsArray();
        if (kept.Any(log => (string)log!["topics"]![0]! == Deposited))
        {
            kept.Remove(which(kept));
        }

        return kept;
    }

    /// <summary>A sender that knows that time passes between blocks.</summary>
    private static TransactionSender Patient(DevChain chain) =>
        new(chain.Client, DevAccounts.Keys[9], DevChain.ChainId, TimeProvider.System, new TransactionSenderOptions { EstimateOnPending = true, PollInterval = TimeSpan.FromMilliseconds(5) });

    // The first of the three hashes in the event's data.
    private static JsonNode WithOtherRoot(JsonNode log)
    {
        log["data"] = "0x" + new string('1', 64) + ((string)log["data"]!)[66..];
        return log;
    }
}
