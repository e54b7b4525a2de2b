using System.Collections.Immutable;
using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class OutlookMessagesTests
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));

    private static readonly Gen<PlannedDemand> Demands =
        from energy in Gen.Long
        from steps in Gen.Select(Gen.Long, Gen.Long).Array[0, PlannedDemand.MostSteps]
        select new PlannedDemand(new Energy(energy), [.. steps.Select(step => new Step(new Price(step.Item1), new Energy(step.Item2)))]);

    [Fact]
    public void Every_plan_comes_back_as_it_was_written() => Gen.Select(Gen.Long[0, long.MaxValue], Demands.Array[1, 40]).Sample((period, demands) =>
    {
        var plan = new MemberPlan(Anna, new Period(period), [.. demands]);
        return WireFormat.TryReadPlan(WireFormat.Write(plan), out var read, out _) && read.Equals(plan);
    });

    [Fact]
    public void Every_outlook_comes_back_as_it_was_written() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long.Array[1, MemberPlan.MostPeriods]).Sample((period, prices) =>
    {
        var outlook = new PriceOutlook(new Period(period), [.. prices.Select(price => new Price(price))]);
        return WireFormat.TryReadOutlook(WireFormat.Write(outlook), out var read, out _) && read.Equals(outlook);
    });

    [Fact]
    public void Every_balance_signal_comes_back_as_it_was_written() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long, Gen.Int[0, BalanceSignal.Whole]).Sample((period, price, part) =>
    {
        var signal = new BalanceSignal(new Period(period), new Price(price), part);
        return WireFormat.TryReadBalance(WireFormat.Write(signal), out var read, out _) && read == signal;
    });

    [Theory]
    [InlineData("""{"period":1,"microEurPerKWh":90000,"millionths":1000001}""", "millionths must be an integer from 0 to 1000000")]
    [InlineData("""{"period":1,"microEurPerKWh":9.5,"millionths":0}""", "microEurPerKWh must be an integer")]
    [InlineData("nonsense", "Not JSON")]
    public void A_balance_signal_that_is_none_is_refused(string payload, string error)
    {
        Assert.False(WireFormat.TryReadBalance(Encoding.UTF8.GetBytes(payload), out _, out var said));
        Assert.StartsWith(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_sound_plan_of_a_home_is_read()
    {
        // 100 kW: 25,000 Wh a period, taken in eight steps of different prices.
        ImmutableArray<Step> steps = [.. Enumerable.Range(0, PlannedDemand.MostSteps).Select(i => new Step(new Price(3_999_900 - 100 * i), new Energy(6_250)))];
        var plan = new MemberPlan(Anna, new Period(1_994_832), [.. Enumerable.Repeat(new PlannedDemand(new Energy(-25_000), steps), MemberPlan.MostPeriods)]);
        Assert.True(plan.IsSound(new Energy(25_000), MarketRules.Default));
        Assert.True(WireFormat.TryReadPlan(WireFormat.Write(plan), out var read, out var error), error);
        Assert.Equal(plan, read);
    }

    [Theory]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[]}""", "demands must have 1 to 480 elements.")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[[1],[]]}""", "demands[1] must be an array: Wh, and up to 8 times a price and Wh.")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[[1,2]]}""", "demands[0] must be an array: Wh, and up to 8 times a price and Wh.")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[{}]}""", "demands[0] must be an array: Wh, and up to 8 times a price and Wh.")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":-1,"demands":[[1]]}""", "period must be an integer from 0")]
    [InlineData("""{"member":"anna","period":1,"demands":[[1]]}""", "member must be 0x and 40 lower-case hexadecimal digits.")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[[1.5]]}""", "demands[0][0] must be an integer")]
    [InlineData("""{"member":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","period":1,"demands":[[1e308]]}""", "demands[0][0] must be an integer")]
    public void A_plan_that_is_none_is_refused_with_the_place(string payload, string error)
    {
        Assert.False(WireFormat.TryReadPlan(Encoding.UTF8.GetBytes(payload), out _, out var said));
        Assert.StartsWith(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_long_is_refused()
    {
        var prices = string.Join(',', Enumerable.Repeat("90000", MemberPlan.MostPeriods + 1));
        Assert.False(WireFormat.TryReadOutlook(Encoding.UTF8.GetBytes($$"""{"period":1,"microEurPerKWh":[{{prices}}]}"""), out _, out var error));
        Assert.Equal("microEurPerKWh must have 1 to 480 elements.", error);
        Assert.False(WireFormat.TryReadPlan(new byte[WireFormat.MaxPlanBytes + 1], out _, out error));
        Assert.StartsWith("The payload has", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_tells_its_own_plan_and_hears_the_outlook_that_only_the_exchange_tells()
    {
        var (topics, access) = (new Topics("c"), new BrokerAccess("c", "exchange"));
        var other = new MemberId("0x" + new string('b', 40));
        Assert.True(access.MayPublish(Anna.Value, topics.Plans(Anna), retain: false));
        Assert.False(access.MayPublish(Anna.Value, topics.Plans(Anna), retain: true));
        Assert.False(access.MayPublish(Anna.Value, topics.Plans(other), retain: false));
        Assert.False(access.MaySubscribe(Anna.Value, topics.Plans(other)));
        Assert.False(access.MaySubscribe(Anna.Value, topics.AllPlans));
        Assert.True(access.MaySubscribe(Anna.Value, topics.Outlook));
        Assert.False(access.MayPublish(Anna.Value, topics.Outlook, retain: true));
        Assert.True(access.MayPublish("exchange", topics.Outlook, retain: true));
        Assert.True(topics.TryParsePlans(topics.Plans(Anna), out var member));
        Assert.Equal(Anna, member);
        Assert.True(access.MayPublish(Anna.Value, topics.Running(Anna), retain: false));
        Assert.False(access.MayPublish(Anna.Value, topics.Running(other), retain: false));
        Assert.False(access.MaySubscribe(Anna.Value, topics.AllRunning));
        Assert.True(access.MaySubscribe(Anna.Value, topics.Balance));
        Assert.False(access.MayPublish(Anna.Value, topics.Balance, retain: false));
        Assert.True(topics.TryParseRunning(topics.Running(other), out member));
        Assert.Equal(other, member);
    }
}
