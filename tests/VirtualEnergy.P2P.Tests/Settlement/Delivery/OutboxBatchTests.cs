using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Delivery;

public sealed class OutboxBatchTests
{
    private static readonly Address Settler = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");
    private static readonly Hash256 CallData = new([.. Enumerable.Repeat((byte)7, Hash256.Size)]);

    /// <summary>Every state with every step: what it becomes, or that it cannot happen ("-").</summary>
    [Theory]
    //          state       sign        send    mine     finalise lose
    [InlineData("new",      "Prepared", "-",    "Mined", "-",     "-")]
    [InlineData("prepared", "Prepared", "Sent", "Mined", "-",     "-")]
    [InlineData("sent",     "Prepared", "-",    "Mined", "-",     "-")]
    [InlineData("mined",    "-",        "-",    "Mined", "Final", "Sent")]
    [InlineData("final",    "-",        "-",    "-",     "-",     "Sent")]
    [InlineData("foreign",  "-",        "-",    "Mined", "Final", "Prepared")] // mined by a transaction that is not known here
    [InlineData("lost",     "Prepared", "-",    "Mined", "-",     "-")]
    public void Each_state_takes_the_steps_that_can_happen_and_no_other(string state, params string[] becomes)
    {
        Func<OutboxBatch, OutboxBatch>[] steps =
        [
            batch => batch.Sign(Version(3, 1), CallData), batch => batch.Send(), batch => batch.Mine(ReceiptOf(Version(2, 1))),
            batch => batch.Finalise(), batch => batch.Lose(),
        ];
        Assert.Equal(becomes, steps.Select(step => Outcome(step, In(state))));
    }

    [Fact]
    public void Every_version_is_remembered_and_those_with_the_last_nonce_live()
    {
        var batch = new OutboxBatch(BatchKind.Trades, new Period(5))
            .Sign(Version(2, 1), CallData).Send().Sign(Version(2, 2), CallData).Send().Sign(Version(4, 3), CallData).Sign(Version(4, 4), CallData);

        Assert.Equal([1, 2, 3, 4], batch.Versions.Select(version => (int)version.Raw[0]));
        Assert.Equal([3, 4], batch.Living.Select(version => (int)version.Raw[0]));
        Assert.Equal(Version(4, 4).Hash, batch.Transaction);
    }

    [Fact]
    public void An_older_version_that_is_mined_is_the_batchs_transaction_and_not_so_once_it_is_lost()
    {
        var mined = In("sent").Sign(Version(2, 9), CallData).Send().Mine(ReceiptOf(Version(2, 1)));

        Assert.Equal((Version(2, 1).Hash, 9UL, 21_000UL), (mined.Transaction, mined.Block, mined.Gas));
        Assert.Equal((Version(2, 9).Hash, (ulong?)null, BatchState.Sent), (mined.Lose().Transaction, mined.Lose().Block, mined.Lose().State));
    }

    private static OutboxBatch In(string state)
    {
        var fresh = new OutboxBatch(BatchKind.Trades, new Period(5));
        var prepared = fresh.Sign(Version(2, 1), CallData);
        return state switch
        {
            "new" => fresh,
            "prepared" => prepared,
            "sent" => prepared.Send(),
            "mined" => prepared.Send().Mine(ReceiptOf(Version(2, 1))),
            "final" => prepared.Send().Mine(ReceiptOf(Version(2, 1))).Finalise(),
            "foreign" => fresh.Mine(null),
            "lost" => prepared.Send().Mine(ReceiptOf(Version(2, 1))).Lose(),
            _ => throw new ArgumentException(state),
        };
    }

    private static string Outcome(Func<OutboxBatch, OutboxBatch> step, OutboxBatch batch)
    {
        try
        {
            return step(batch).State.ToString();
        }
        catch (InvalidOperationException impossible)
        {
            Assert.Contains("period 5", impossible.Message, StringComparison.Ordinal);
            return "-";
        }
    }

    private static SignedTransaction Version(ulong nonce, byte content) => new(Settler, nonce, [content], Keccak256.Hash([content]));

    private static TransactionReceipt ReceiptOf(SignedTransaction version) => new(version.Hash, 9, default, true, 21_000, 1, null, []);
}
