using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Planning;

public sealed class PromptForesightTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void What_comes_in_time_is_passed_on_and_what_fails_fails()
    {
        var outlook = Outlook.Unknown(4);
        Assert.Same(outlook, new PromptForesight(_ => outlook, TimeSpan.FromSeconds(1), _time).Ahead(new Period(1)));
        var failing = new PromptForesight(_ => throw new InvalidOperationException("no weather"), TimeSpan.FromSeconds(1), _time);
        Assert.Equal("no weather", Assert.Throws<InvalidOperationException>(() => failing.Ahead(new Period(1))).Message);
    }

    [Fact]
    public void What_is_late_is_not_waited_for_and_not_asked_again_until_it_has_come()
    {
        using var began = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var (asked, cancellation) = (0, TestContext.Current.CancellationToken);
        var prompt = new PromptForesight(
            _ =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    began.Set();
                    goOn.Wait(cancellation);
                }

                return Outlook.Unknown(4);
            },
            TimeSpan.FromSeconds(1), _time);

        // The clock goes on until the wait for the first is over.
        var first = Task.Run(() => Assert.Throws<TimeoutException>(() => prompt.Ahead(new Period(1))), cancellation);
        began.Wait(cancellation);
        while (!first.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Thread.Yield();
        }

        Assert.Throws<TimeoutException>(() => prompt.Ahead(new Period(2)));
        Assert.Equal(1, asked);
        goOn.Set();
        SpinWait.SpinUntil(() => asked > 1 || Answers(prompt), TimeSpan.FromSeconds(30));
        Assert.Equal(2, asked);
    }

    [Fact]
    public void Patience_ends_after_its_time()
    {
        var isLate = new Patience(TimeSpan.FromSeconds(1), _time).Begin();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(isLate());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(isLate());
    }

    private static bool Answers(PromptForesight prompt)
    {
        try
        {
            return prompt.Ahead(new Period(3)).IsSound;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
