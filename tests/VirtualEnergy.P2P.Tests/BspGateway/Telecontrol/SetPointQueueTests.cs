using VirtualEnergy.P2P.BspGateway.Telecontrol;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Telecontrol;

public sealed class SetPointQueueTests
{
    private readonly List<(int Home, long Watts, TaskCompletionSource<bool> Answer)> _sent = [];
    private readonly List<(int Home, long Watts)> _confirmed = [];
    private int _emptied;

    [Fact]
    public void A_home_that_may_hold_an_old_set_point_is_let_go_at_the_start()
    {
        var queue = Queue(homes: 2, most: 8);
        Assert.Equal(0, queue.Open);
        queue.Ask(0, 0);

        Assert.Equal((0, 0L), (_sent[0].Home, _sent[0].Watts));
        Assert.Equal(1, queue.Open);
    }

    [Fact]
    public void What_was_confirmed_is_not_sent_again_until_it_changes()
    {
        var queue = Queue(homes: 1, most: 8);
        queue.Ask(0, -500);
        _sent[0].Answer.SetResult(true);
        queue.Ask(0, -500);
        Assert.Single(_sent);

        queue.Ask(0, 0);
        Assert.Equal((0, 0L), (_sent[1].Home, _sent[1].Watts));
    }

    [Fact]
    public void While_one_is_under_way_only_the_latest_waits_behind_it()
    {
        var queue = Queue(homes: 1, most: 8);
        queue.Ask(0, 100);
        queue.Ask(0, 200);
        queue.Ask(0, 300);
        Assert.Single(_sent);

        _sent[0].Answer.SetResult(true);
        Assert.Equal([100L, 300L], _sent.Select(sent => sent.Watts));
        _sent[1].Answer.SetResult(true);
        Assert.Equal([(0, 100L), (0, 300L)], _confirmed);
        Assert.Equal(0, queue.Open);
    }

    [Fact]
    public void No_more_are_under_way_than_allowed()
    {
        var queue = Queue(homes: 5, most: 2);
        for (var home = 0; home < 5; home++)
        {
            queue.Ask(home, 100 + home);
        }

        Assert.Equal(2, _sent.Count);
        _sent[0].Answer.SetResult(true);
        Assert.Equal(3, _sent.Count);
        Assert.Equal(0, _emptied);
        for (var i = 1; i < 5; i++)
        {
            _sent[i].Answer.SetResult(true);
        }

        Assert.Equal(1, _emptied);
        Assert.Equal(Enumerable.Range(0, 5).Select(home => (home, 100L + home)), _confirmed.Order());
    }

    [Fact]
    public void What_was_not_confirmed_stays_open_and_is_sent_when_asked_for_again()
    {
        var queue = Queue(homes: 1, most: 8);
        queue.Ask(0, 100);
        _sent[0].Answer.SetResult(false);
        Assert.Equal(1, queue.Open);
        Assert.Empty(_confirmed);

        queue.Ask(0, 100);
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public void After_a_link_was_away_everything_is_sent_anew()
    {
        var queue = Queue(homes: 1, most: 8);
        queue.Ask(0, 100);
        _sent[0].Answer.SetResult(true);
        queue.Forget();
        queue.Ask(0, 100);

        Assert.Equal(2, _sent.Count);
    }

    private SetPointQueue Queue(int homes, int most) => new(
        homes,
        most,
        (home, watts) =>
        {
            // Continuations run where the answer is given, so that the test sees what follows from it.
            var answer = new TaskCompletionSource<bool>();
            _sent.Add((home, watts, answer));
            return answer.Task;
        },
        (home, watts) => _confirmed.Add((home, watts)),
        () => _emptied++);
}
