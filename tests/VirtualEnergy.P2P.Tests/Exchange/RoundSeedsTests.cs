using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class RoundSeedsTests : IDisposable
{
    private static readonly Period Period = new(1_890_000);
    private static readonly EthereumKey Key = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)9, 32)]);

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-seeds-").FullName;
    private byte _drawn;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_restart_reveals_the_seed_that_was_promised_and_draws_no_other()
    {
        Hash256? promised;
        await using (var journal = Open())
        {
            promised = await new RoundSeeds(Options(MechanismKind.Muda), journal).OfAsync(Period);
        }

        await using var again = Open();
        Assert.Equal(promised, await new RoundSeeds(Options(MechanismKind.Muda), again).OfAsync(Period));
        Assert.Equal(1, _drawn);
        Assert.True(SeedCommitment.Holds(RoundSeeds.CommitmentOf(Period, promised)!.Value, Period, promised!.Value));
    }

    [Fact]
    public async Task Each_period_has_a_seed_of_its_own()
    {
        await using var journal = Open();
        var seeds = new RoundSeeds(Options(MechanismKind.Muda), journal);

        Assert.NotEqual(await seeds.OfAsync(Period), await seeds.OfAsync(Period.Next));
    }

    [Fact]
    public async Task A_mechanism_that_draws_no_lots_promises_nothing()
    {
        await using var journal = Open();
        foreach (var kind in Enum.GetValues<MechanismKind>().Where(kind => kind != MechanismKind.Muda))
        {
            Assert.Null(await new RoundSeeds(Options(kind), journal).OfAsync(Period));
            Assert.Null(RoundCalculator.Clear(Period, [], new Dictionary<MemberId, ZoneId>(), MarketRules.Default with { Mechanism = kind }).Seed);
        }

        Assert.Null(RoundSeeds.CommitmentOf(Period, null));
        Assert.Equal(0, _drawn);
    }

    [Fact]
    public void A_round_that_draws_lots_says_with_which_seed()
    {
        var rules = MarketRules.Default with { Mechanism = MechanismKind.Muda };
        var seed = new Hash256([.. Enumerable.Repeat((byte)7, Hash256.Size)]);

        Assert.Equal(seed, RoundCalculator.Clear(Period, [], new Dictionary<MemberId, ZoneId>(), rules, seed).Seed);
    }

    [Fact]
    public void Nobody_is_given_the_same_seed_twice_unless_asked_to() =>
        Assert.NotEqual(Plain().DrawSeed(), Plain().DrawSeed());

    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public async Task A_mechanism_that_takes_money_in_does_not_start_without_an_account_for_it(MechanismKind kind)
    {
        var refused = await Assert.ThrowsAsync<ExchangeStartException>(
            () => ExchangeHost.StartAsync(Options(kind), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.StartsWith("Exchange:Rules:CommunityAccount is missing", refused.Message, StringComparison.Ordinal);
        Assert.Contains(kind.Code(), refused.Message, StringComparison.Ordinal);
    }

    private ExchangeJournal Open() => ExchangeJournal.Open(
        Path.Combine(_folder, "journal.db"), new JournalIdentity("test", 31337, Key.Address.ToString()), new FakeTimeProvider());

    private ExchangeOptions Options(MechanismKind kind) => Plain() with
    {
        Rules = MarketRules.Default with { Mechanism = kind },
        DrawSeed = () => new Hash256([.. Enumerable.Repeat(++_drawn, Hash256.Size)]),
    };

    private ExchangeOptions Plain() => new()
    {
        Community = "test",
        Rpc = new Uri("http://127.0.0.1:1"),
        Contract = Key.Address,
        Key = Key,
        JournalPath = Path.Combine(_folder, "journal.db"),
        Members = [new(Key.Address.ToMember(), "Anna", new ZoneId("A"), 8_000)],
    };
}
