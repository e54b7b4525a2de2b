using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;
using static VirtualEnergy.P2P.Contracts.JudgedMarket;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>An operator who cheats with what meters showed: on a real chain, in metered batches of the real deviations.</summary>
[Collection(ContractTests.Name)]
public sealed class MeteredProofTests(DevChain chain, ITestOutputHelper output)
{
    /// <summary>Wh by which the six members' meters differ from what they traded: 70 short in all, 90 long.</summary>
    private static readonly long[] Differences = [40, -50, 30, 0, -33, -7];

    [Fact]
    public async Task An_honest_metered_batch_is_never_slashed()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var (batch, traded, words, readings) = await SettleAsync(market, honest => honest);
        Assert.NotEmpty(batch.Deviations.Trades.Trades);
        for (var place = 0; place < batch.Deviations.Positions.Length; place++)
        {
            var (at, member) = (place, batch.Deviations.Positions[place].Settled.Position.Member);
            var (reading, signature) = readings[member];
            await RefusesAsync(market, expert => expert.ProveForgedReadingAsync(market.Challenger, batch, at, Signing(market).Hash(reading), signature, Cancellation));
            await RefusesAsync(market, expert => expert.ProveOtherReadingAsync(market.Challenger, batch, at, reading, signature, Cancellation));
            await RefusesAsync(market, expert => expert.ProveOtherTradedAsync(market.Challenger, batch, at, traded, Cancellation));
            await RefusesAsync(market, expert => expert.ProveWrongSumsAsync(market.Challenger, batch, at, Cancellation));
            await RefusesAsync(market, expert => expert.ProveWrongShareAsync(market.Challenger, batch, at, Cancellation));
            await RefusesAsync(market, expert => expert.ProveOtherMatchedAsync(market.Challenger, batch, member, Cancellation));
            await RefusesAsync(market, expert => expert.ProveWrongDeltaAsync(market.Challenger, batch, member, words, Cancellation));
        }

        await RefusesAsync(market, expert => expert.ProveWrongSumsAsync(market.Challenger, batch, batch.Deviations.Positions.Length, Cancellation));
        await RefusesAsync(market, expert => expert.ProveWrongPricesAsync(market.Challenger, batch, traded, Cancellation));
        for (var trade = 0; trade < batch.Deviations.Trades.Trades.Length; trade++)
        {
            var at = trade;
            await RefusesAsync(market, expert => expert.ProveWrongBalancingTradeAsync(market.Challenger, batch, at, Cancellation));
        }

        for (var entry = 0; entry < batch.Deviations.Trades.Ledger.Length; entry++)
        {
            var (at, booked) = (entry, batch.Deviations.Trades.Ledger[entry]);
            await RefusesAsync(market, expert => expert.ProveEntriesOutOfOrderAsync(market.Challenger, batch, at, Cancellation));
            await RefusesAsync(market, expert => expert.ProveWrongEntryAsync(market.Challenger, batch, at, Cancellation));
            await RefusesAsync(market, expert => expert.ProveEntryWithoutTradeAsync(market.Challenger, batch, at, Cancellation));
            await RefusesAsync(market, expert => expert.ProveTradeNotBookedAsync(market.Challenger, batch, booked.Trade, booked.Member, Cancellation));
        }

        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>The operator's friend has taken 20 Wh less than her meter says.</summary>
    [Fact]
    public async Task An_altered_meter_reading_is_proved_and_both_batches_are_undone()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var before = await market.Escrow.BalancesAsync();
        var friend = market.Escrow.Members[0].ToMember();
        var (batch, traded, _, readings) = await SettleAsync(market, honest => honest with { Positions = Altered(honest.Positions, friend, position => position with { Metered = position.Metered - new Energy(20) }) });
        var (reading, signature) = readings[friend];
        var expert = await market.Judge.MeteredAsync(chain.Client, Cancellation);
        var receipt = await expert.ProveOtherReadingAsync(market.Challenger, batch, batch.Deviations.PlaceOf(friend), reading, signature, Cancellation);
        output.WriteLine($"proof: {receipt.GasUsed} gas");

        var contract = market.Escrow.Contract;
        var alone = SettlementCommitment.Upper(SettlementCommitment.Of(Traded(traded), await contract.LanesAsync(Cancellation)));
        await new MeteredSettlementContract(chain.Client, contract).RollbackAsync(
            market.Challenger, alone, batch.Before, new MeteredBatch(First, batch.Deviations.Root, Netting.DeltasOf(batch.Deviations.Trades.Trades, [], default)), Cancellation);
        await contract.RollbackAsync(market.Challenger, Traded(traded), Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("traded")]
    [InlineData("share")]
    [InlineData("price")]
    [InlineData("trade")]
    [InlineData("matched")]
    [InlineData("order")]
    [InlineData("delta")]
    public async Task Every_other_part_that_is_false_is_proved(string what)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var who = market.Escrow.Members[0].ToMember();
        var (batch, traded, words, readings) = await SettleAsync(
            market,
            honest => what switch
            {
                "traded" => honest with { Positions = Altered(honest.Positions, who, position => position with { Traded = position.Traded + new Energy(5) }) },
                "price" => honest with { Prices = honest.Prices with { Long = new Price(honest.Prices.Long.MicroEurPerKWh + 100) } },
                _ => honest,
            },
            forged: what == "signature" ? who : null,
            rewrite: (settled, trades) => what switch
            {
                "share" => (settled with { Positions = [.. settled.Positions.Select(one => one.Position.Member == who ? one with { Matched = one.Matched + new Energy(2) } : one)] }, trades),
                "trade" => (settled, trades.SetItem(0, trades[0] with { Price = new Price(trades[0].Price.MicroEurPerKWh + 100) })),
                "matched" => (settled, trades.RemoveAt(0)),
                "order" => (settled with { Positions = [settled.Positions[1], settled.Positions[0], .. settled.Positions[2..]] }, trades),
                _ => (settled, trades),
            },
            skimmed: what == "delta" ? 10_000 : 0);
        var expert = await market.Judge.MeteredAsync(chain.Client, Cancellation);
        var place = batch.Deviations.PlaceOf(who);
        var proof = what switch
        {
            "signature" => expert.ProveForgedReadingAsync(market.Challenger, batch, place, Signing(market).Hash(readings[who].Reading), readings[who].Signature, Cancellation),
            "traded" => expert.ProveOtherTradedAsync(market.Challenger, batch, place, traded, Cancellation),
            "share" => expert.ProveWrongShareAsync(market.Challenger, batch, place, Cancellation),
            "price" => expert.ProveWrongPricesAsync(market.Challenger, batch, traded, Cancellation),
            "trade" => expert.ProveWrongBalancingTradeAsync(market.Challenger, batch, 0, Cancellation),
            "matched" => expert.ProveOtherMatchedAsync(market.Challenger, batch, LeftOut(batch), Cancellation),
            "order" => expert.ProveWrongSumsAsync(market.Challenger, batch, 1, Cancellation),
            _ => expert.ProveWrongDeltaAsync(market.Challenger, batch, Skimmed(batch), words, Cancellation),
        };
        output.WriteLine($"{what}: {(await proof).GasUsed} gas");
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    /// <summary>A buyer whose first trade was left out: she is short, and her matched part is more than what is booked for her.</summary>
    private static MemberId LeftOut(SettledMeteredBatch batch) =>
        batch.Deviations.Positions.First(one => one.Settled.Position.Deviation > Energy.Zero && one.Settled.Matched
            != LedgerEntry.LastOf(batch.Deviations.Trades.Ledger).GetValueOrDefault(one.Settled.Position.Member).Bought).Settled.Position.Member;

    private static MemberId Skimmed(SettledMeteredBatch batch) => Netting.DeltasOf(batch.Deviations.Trades.Trades, [], default)[0].Member;

    private static MeterReadingSigning Signing(JudgedMarket market) => new(new MarketDomain(DevChain.ChainId, market.Escrow.Contract.Address));

    private static SettlementBatch Traded(SettledRound round) =>
        new(round.Settled.Period, round.Settled.BidsRoot, round.Settled.TradesRoot, Netting.DeltasOf(round.Trades.Trades, [], default));

    private static ImmutableArray<MeteredPosition> Altered(ImmutableArray<MeteredPosition> positions, MemberId member, Func<MeteredPosition, MeteredPosition> how) =>
        [.. positions.Select(position => position.Member == member ? how(position) : position)];

    private async Task RefusesAsync(JudgedMarket market, Func<MeteredProofsContract, Task> proof)
    {
        var expert = await market.Judge.MeteredAsync(chain.Client, Cancellation);
        await Escrow.RefusesAsync("NoFraud", [], () => proof(expert));
    }

    /// <summary>What goes into the deviations, before they are computed.</summary>
    private sealed record Given(ImmutableArray<MeteredPosition> Positions, ImbalancePrices Prices);

    /// <param name="alter">What the operator claims; the deviations then follow from that.</param>
    /// <param name="forged">Whose reading somebody else signs.</param>
    /// <param name="rewrite">What he commits to instead of what follows.</param>
    /// <param name="skimmed">µEUR that the first member who is paid or pays loses to the next.</param>
    private async Task<(SettledMeteredBatch Batch, SettledRound Traded, ImmutableArray<BigInteger> Words, Dictionary<MemberId, (MeteredEnergy Reading, ImmutableArray<byte> Signature)> Readings)> SettleAsync(
        JudgedMarket market, Func<Given, Given> alter, MemberId? forged = null,
        Func<SettledDeviations, ImmutableArray<Trade>, (SettledDeviations, ImmutableArray<Trade>)>? rewrite = null, long skimmed = 0)
    {
        var cleared = market.Clear();
        var (traded, _) = await market.SettleAsync(cleared);
        var totals = LedgerEntry.LastOf(traded.Trades.Ledger);
        var readings = new Dictionary<MemberId, (MeteredEnergy Reading, ImmutableArray<byte> Signature)>();
        var positions = ImmutableArray.CreateBuilder<MeteredPosition>();
        for (var i = 0; i < Differences.Length; i++)
        {
            var member = market.Escrow.Members[i].ToMember();
            var (bought, sold) = (totals.GetValueOrDefault(member).Bought, totals.GetValueOrDefault(member).Sold);
            var net = bought - sold + new Energy(Differences[i]);
            var zero = Energy.Zero;
            var reading = new MeteredEnergy(member, First, 1, net > zero ? net : zero, net > zero ? zero : zero - net, zero, zero, zero);
            readings[member] = (reading, Signing(market).Sign(reading, DevAccounts.Keys[(member == forged ? i + 1 : i) + 2]));
            positions.Add(new MeteredPosition(member, net, zero, bought - sold));
        }

        var given = alter(new Given(positions.ToImmutable(), ImbalancePrices.Of(MarketRules.Default, cleared.Clearing.Price, null)));
        var honest = DeviationCalculator.Settle(given.Positions, given.Prices, default);
        var (settled, trades) = rewrite?.Invoke(honest, honest.Trades) ?? (honest, honest.Trades);
        var committed = new CommittedDeviations(
            [.. settled.Positions.Select(one => new CommittedPosition(one, Signing(market).Commit(readings[one.Position.Member].Reading, readings[one.Position.Member].Signature.AsSpan())))],
            settled.Prices, new CommittedTrades(trades, LedgerEntry.Book(trades, [], default), settled.Prices.Long));
        var deltas = Netting.DeltasOf(trades, [], default);
        deltas = deltas.SetItem(0, deltas[0] with { Delta = deltas[0].Delta - new Money(skimmed) }).SetItem(1, deltas[1] with { Delta = deltas[1].Delta + new Money(skimmed) });

        var metering = new MeteredSettlementContract(chain.Client, market.Escrow.Contract);
        var before = await metering.MeteringAsync(Cancellation);
        var batch = new MeteredBatch(First, committed.Root, deltas);
        await metering.SettleAsync(chain.Settler, batch, Cancellation);
        var lanes = await market.Escrow.Contract.LanesAsync(Cancellation);
        var standing = traded.Settled with { Metered = batch.HashAfter(before, lanes) };
        return (
            new SettledMeteredBatch(traded.Escrow, standing, First, before, SettlementCommitment.DeltasHash(deltas, lanes), Rules, committed),
            traded with { Settled = standing }, lanes.Pack(deltas), readings);
    }
}
