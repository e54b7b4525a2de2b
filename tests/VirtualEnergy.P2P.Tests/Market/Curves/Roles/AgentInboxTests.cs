using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class AgentInboxTests
{
    [Fact]
    public void Latest_message_of_an_agent_takes_the_place_of_the_one_that_waits()
    {
        var inbox = new AgentInbox<string>(100, 10);
        inbox.Offer(Agent(1), "first", isKnown: true, now: 0);
        Assert.Equal([(1, "first")], TakeAll(inbox, 0));
        inbox.Offer(Agent(1), "second", isKnown: true, now: 10);
        inbox.Offer(Agent(1), "third", isKnown: true, now: 20);
        Assert.Equal(100, inbox.DueAt);
        Assert.Empty(TakeAll(inbox, 99));
        Assert.Equal([(1, "third")], TakeAll(inbox, 100));
    }

    [Fact]
    public void Flood_of_one_delays_another_by_one_message()
    {
        var inbox = new AgentInbox<string>(100, 10);
        for (var i = 0; i < 1000; i++)
        {
            inbox.Offer(Agent(1), "flood", isKnown: true, now: 0);
        }

        inbox.Offer(Agent(2), "calm", isKnown: true, now: 0);
        Assert.Equal([(1, "flood"), (2, "calm")], TakeAll(inbox, 0));
    }

    [Fact]
    public void Strangers_without_end_never_take_the_place_of_who_is_known()
    {
        var inbox = new AgentInbox<string>(100, 2);
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(stranger => inbox.Offer(Agent(stranger), "who", isKnown: false, now: 0)));
        Assert.True(inbox.Offer(Agent(9), "me", isKnown: true, now: 0));
        Assert.Equal([(1, "who"), (2, "who"), (9, "me")], TakeAll(inbox, 0));

        // Their places are free when they could send again.
        Assert.False(inbox.Offer(Agent(4), "who", isKnown: false, now: 99));
        Assert.True(inbox.Offer(Agent(5), "who", isKnown: false, now: 200));
    }

    [Fact]
    public void Nobody_comes_twice_in_an_interval_and_everyones_last_message_comes_in_the_end() =>
        Gen.Select(Gen.Long[0, 40], Gen.Select(Gen.Long[0, 9], Gen.Int[0, 3]).Array[1, 80]).Sample((interval, sends) =>
        {
            var inbox = new AgentInbox<string>(interval, 1);
            var last = new Dictionary<int, string>();
            var taken = new List<(int Agent, string Message, long At)>();
            long now = 0;
            foreach (var (passed, agent) in sends)
            {
                now += passed;
                last[agent] = $"{now}/{taken.Count}";
                inbox.Offer(Agent(agent), last[agent], isKnown: true, now);
                taken.AddRange(TakeAll(inbox, now).Select(message => (message.Agent, message.Message, now)));
            }

            while (inbox.DueAt is { } due)
            {
                taken.AddRange(TakeAll(inbox, due).Select(message => (message.Agent, message.Message, due)));
            }

            Assert.All(taken.GroupBy(message => message.Agent), own =>
            {
                Assert.Equal(last[own.Key], own.Last().Message);
                Assert.All(own.Zip(own.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= interval));
            });
            Assert.Equal(last.Count, taken.Select(message => message.Agent).Distinct().Count());
        }, iter: 5_000);

    private static MemberId Agent(int number) => new($"{number}");

    private static List<(int Agent, string Message)> TakeAll(AgentInbox<string> inbox, long now)
    {
        var taken = new List<(int, string)>();
        while (inbox.TryTake(now, out var agent, out var message))
        {
            taken.Add((int.Parse(agent.Value, System.Globalization.CultureInfo.InvariantCulture), message));
        }

        return taken;
    }
}
