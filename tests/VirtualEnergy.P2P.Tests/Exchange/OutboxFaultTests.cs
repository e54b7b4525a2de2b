using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Tests.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>
/// The outbox dies at each of its steps: before and after each question to the node and each row of the journal. It is then put together anew
/// from what is written down, as after a restart. The contract is a number: it takes the next period's batch, and no other.
/// </summary>
public sealed class OutboxFaultTests : IDisposable
{
    private const int Batches = 3;

    private static readonly EthereumKey Key = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)0x46, 32)]);
    private static readonly Address Contract = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-outbox-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Wherever_it_dies_each_batch_settles_once_in_order_and_with_one_transaction()
    {
        var steps = (await RunAsync("calm", _ => false)).Steps;
        Assert.InRange(steps, 40, 120); // three batches, each some seven questions and three rows, two points each

        for (var fatal = 1; fatal <= steps; fatal++)
        {
            var run = await RunAsync($"step {fatal}", step => step == fatal);

            Assert.Equal((1, Batches), (run.Deaths, (int)run.Chain.Count));
        }
    }

    [Fact]
    public async Task However_often_it_dies_each_batch_settles_once_and_in_order()
    {
        var deaths = 0;
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            deaths += (await RunAsync($"seed {seed}", step => step < 400 && random.Next(12) == 0)).Deaths;
        }

        Assert.True(deaths > 300, $"Only {deaths} deaths.");
    }

    [Fact]
    public async Task A_batch_whose_nonce_went_to_another_transaction_is_signed_anew_and_settles_once()
    {
        var hasDied = false;
        var run = await RunAsync(
            "taken",
            _ => false,
            (chain, batch) =>
            {
                // The bytes are written down and never sent; meanwhile somebody uses the nonce.
                if (!hasDied && batch.State == BatchState.Prepared)
                {
                    hasDied = true;
                    chain.TakeNonce();
                    throw new ProcessDied();
                }
            });

        Assert.Equal([0UL, 1UL], run.Journalled[0].Versions.Select(version => version.Nonce));
        Assert.Equal(1UL + Batches, run.Chain.Count);
    }

    private async Task<Run> RunAsync(string name, Func<int, bool> isFatal, Action<ScriptedMempool, OutboxBatch>? afterRow = null)
    {
        var (chain, settled, steps, deaths) = (new ScriptedMempool(), new List<long>(), 0, 0);
        bool IsNext(byte[] data) => BitConverter.ToInt64(data) == settled.Count + 1;
        chain.Foresees = IsNext;
        chain.Executes = data =>
        {
            var isNext = IsNext(data);
            if (isNext)
            {
                settled.Add(BitConverter.ToInt64(data));
            }

            return isNext;
        };
        void Point()
        {
            if (isFatal(++steps))
            {
                throw new ProcessDied();
            }
        }

        await using var journal = ExchangeJournal.Open(
            Path.Combine(_folder, $"{name}.db"), new JournalIdentity("test", ScriptedMempool.ChainId, Contract.ToString()), TimeProvider.System);
        while (true)
        {
            using var sender = chain.Sender(new FaultyClient(chain.Client(), Point), Key);
            var outbox = new Outbox(Contract, sender, journal.Batch, async batch =>
            {
                Point();
                await journal.AppendAsync(batch);
                afterRow?.Invoke(chain, batch);
                Point();
            });
            try
            {
                for (var period = 1; period <= Batches; period++)
                {
                    var number = period;
                    await outbox.DeliverAsync(
                        new OutboxCall(BatchKind.Trades, new Period(period), BitConverter.GetBytes((long)period), _ => Task.FromResult(settled.Count >= number)),
                        TestContext.Current.CancellationToken);
                }

                break;
            }
            catch (ProcessDied)
            {
                deaths++;
            }
        }

        Assert.Equal(Enumerable.Range(1, Batches).Select(period => (long)period), settled);
        var journalled = journal.Batches(BatchKind.Trades, new Period(0), new Period(Batches));
        Assert.Equal(Batches, journalled.Count);
        Assert.All(journalled, batch => Assert.Equal(BatchState.Mined, batch.State));
        Assert.All(journalled, batch => Assert.Contains(batch.Versions, version => version.Hash == batch.Transaction));
        return new Run(chain, journalled, steps, deaths);
    }

    private sealed record Run(ScriptedMempool Chain, IReadOnlyList<OutboxBatch> Journalled, int Steps, int Deaths);

    private sealed class ProcessDied : Exception;
}
