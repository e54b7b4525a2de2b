using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>What the journal keeps of seeds: promised before the gate opens, revealed with the round.</summary>
public sealed class JournalledSeedTests : IDisposable
{
    private static readonly Period Period = new(1_890_000);
    private static readonly Hash256 Seed = new(Enumerable.Range(1, Hash256.Size).Select(value => (byte)value).ToArray());

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-seeds-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_promised_seed_is_there_after_a_restart()
    {
        await using (var journal = Open())
        {
            Assert.Null(journal.Seed(Period));
            await journal.AppendSeedAsync(Period, Seed);
        }

        await using var again = Open();
        Assert.Equal(Seed, again.Seed(Period));
        Assert.Null(again.Seed(Period.Next));
    }

    [Fact]
    public async Task A_seed_is_promised_once()
    {
        await using var journal = Open();
        await journal.AppendSeedAsync(Period, Seed);

        await Assert.ThrowsAsync<JournalException>(() => journal.AppendSeedAsync(Period, default));
        Assert.Equal(Seed, journal.Seed(Period));
    }

    [Fact]
    public async Task A_round_is_read_back_with_its_seed_or_without()
    {
        await using var journal = Open();
        var round = new JournalledRound(Period, null, null, Energy.Zero, 0, [], default, default, default, null) { Seed = Seed };
        await journal.AppendRoundAsync(round);
        await journal.AppendRoundAsync(round with { Period = Period.Next, Seed = null });

        Assert.Equal([Seed, null], journal.Rounds(Period, Period.Next).Select(read => read.Result().Seed));
    }

    private ExchangeJournal Open() =>
        ExchangeJournal.Open(Path.Combine(_folder, "journal.db"), new JournalIdentity("test", 31337, "0x00000000000000000000000000000000000000aa"), new FakeTimeProvider());
}
