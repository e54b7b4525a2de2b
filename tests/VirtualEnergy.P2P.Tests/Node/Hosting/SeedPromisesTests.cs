using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class SeedPromisesTests
{
    private static readonly Period Period = new(1_890_000);

    private readonly SeedPromises _promises = new();

    [Fact]
    public void A_seed_that_was_promised_is_accepted()
    {
        Assert.Null(_promises.Announced(Announcement(Period, Seed(7))));
        Assert.Null(_promises.Announced(Announcement(Period, Seed(7)))); // a broker repeats what it keeps
        Assert.Null(_promises.Revealed(Result(Period, Seed(7)), drawsLots: true));
    }

    [Fact]
    public void Another_seed_than_the_promised_one_is_seen()
    {
        _promises.Announced(Announcement(Period, Seed(7)));
        var broken = _promises.Revealed(Result(Period, Seed(8)), drawsLots: true);
        Assert.Contains(Seed(8).ToString(), broken, StringComparison.Ordinal);
        Assert.Contains(SeedCommitment.Of(Period, Seed(7)).ToString(), broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_promised_for_another_period_is_seen()
    {
        _promises.Announced(Announcement(Period, Seed(7)));
        _promises.Announced(Announcement(Period.Next, Seed(8)));
        Assert.NotNull(_promises.Revealed(Result(Period.Next, Seed(7)), drawsLots: true));
        Assert.Null(_promises.Revealed(Result(Period, Seed(7)), drawsLots: true));
    }

    [Fact]
    public void A_seed_kept_back_and_one_that_nobody_promised_are_seen()
    {
        _promises.Announced(Announcement(Period, Seed(7)));
        _promises.Announced(Announcement(Period.Next, null));
        Assert.Contains("not revealed", _promises.Revealed(Result(Period, null), drawsLots: true), StringComparison.Ordinal);
        Assert.Contains("nobody had promised", _promises.Revealed(Result(Period.Next, Seed(7)), drawsLots: true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_promise_is_seen_and_the_first_one_counts()
    {
        _promises.Announced(Announcement(Period, Seed(7)));
        Assert.Contains("changed", _promises.Announced(Announcement(Period, Seed(8))), StringComparison.Ordinal);
        Assert.Contains("to none", _promises.Announced(Announcement(Period, null)), StringComparison.Ordinal);
        Assert.NotNull(_promises.Revealed(Result(Period, Seed(8)), drawsLots: true));
        Assert.Null(_promises.Revealed(Result(Period, Seed(7)), drawsLots: true));
    }

    [Fact]
    public void Without_lots_or_without_the_announcement_there_is_nothing_to_judge()
    {
        Assert.Null(_promises.Revealed(Result(Period, Seed(7)), drawsLots: true));
        _promises.Announced(Announcement(Period, null));
        Assert.Null(_promises.Revealed(Result(Period, null), drawsLots: false));
    }

    [Fact]
    public void Announcements_without_end_are_forgotten_oldest_first()
    {
        for (var i = 0; i <= SeedPromises.Kept; i++)
        {
            _promises.Announced(Announcement(new Period(Period.Index + i), Seed(7)));
        }

        Assert.Null(_promises.Revealed(Result(Period, Seed(8)), drawsLots: true));
        Assert.NotNull(_promises.Revealed(Result(Period.Next, Seed(8)), drawsLots: true));
    }

    private static Hash256 Seed(byte number) => new([.. Enumerable.Repeat(number, Hash256.Size)]);

    private static RoundAnnouncement Announcement(Period period, Hash256? seed) => new(period, default, default)
    {
        SeedCommitment = seed is { } known ? SeedCommitment.Of(period, known) : null,
    };

    private static RoundResult Result(Period period, Hash256? seed) => new(period, null, Energy.Zero, 0, [], default, default, default) { Seed = seed };
}
