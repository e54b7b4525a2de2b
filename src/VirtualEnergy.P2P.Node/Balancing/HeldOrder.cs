using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>An order that a home has accepted, from its first message to its end.</summary>
/// <param name="First">The message that made it.</param>
/// <param name="Program">The program that it changes, a period each, Wh.</param>
/// <param name="Calls">From which instant on which change is called, W; in order.</param>
/// <param name="Until">When it ends: its last period's end, or its release.</param>
internal sealed record HeldOrder(FlexibilityOrder First, ImmutableArray<Energy> Program, ImmutableArray<(DateTimeOffset From, long Watts)> Calls, DateTimeOffset Until)
{
    public long Id => First.Id;

    /// <summary>The change that may be called at most, W with sign.</summary>
    public long Watts => First.ChangeWatts;

    public bool Covers(Period period) => period >= First.First && period < First.End;

    public bool Overlaps(Period from, Period end) => First.First < end && from < First.End;

    /// <summary>An order as its first message makes it.</summary>
    public static HeldOrder Of(FlexibilityOrder message, ImmutableArray<Energy> program, PeriodGrid grid, DateTimeOffset at)
    {
        var order = new HeldOrder(message, program, [], grid.StartOf(message.End));
        return message.Kind == FlexibilityOrderKind.Activate ? order.Called(message, grid, at) : order;
    }

    /// <summary>A change is called, from now or from its first period on, until its last is over.</summary>
    public HeldOrder Called(FlexibilityOrder message, PeriodGrid grid, DateTimeOffset at)
    {
        var (from, until) = (grid.StartOf(message.First), grid.StartOf(message.End));
        from = from < at ? at : from;
        ImmutableArray<(DateTimeOffset From, long Watts)> calls = [.. Calls.Where(call => call.From < from), (from, message.ChangeWatts)];
        return this with { Calls = until < Until ? calls.Add((until, 0)) : calls };
    }

    /// <summary>It is over at an instant; what was called until then stays.</summary>
    public HeldOrder Released(DateTimeOffset at) => this with { Until = at < Until ? at : Until };

    /// <summary>What it commits the home to in a period; null where it does not, or not any more.</summary>
    public Commitment? In(Period period, PeriodGrid grid)
    {
        if (!Covers(period))
        {
            return null;
        }

        var (start, end) = (grid.StartOf(period), grid.EndOf(period));
        var program = Program[(int)(period.Index - First.First.Index)];
        var isCalled = Calls.Any(call => call.From < end && call.From < Until);
        if (Until <= start || (Until < end && !isCalled))
        {
            return null;
        }

        return new Commitment(program, grid.EnergyOf(Watts), isCalled ? CalledIn(start, end) : null);
    }

    // W × ms of each call's part of the period, in whole Wh, towards zero: no more than was called.
    private Energy CalledIn(DateTimeOffset start, DateTimeOffset end)
    {
        var sum = Int128.Zero;
        for (var i = 0; i < Calls.Length; i++)
        {
            var from = Calls[i].From > start ? Calls[i].From : start;
            var to = i + 1 < Calls.Length ? Calls[i + 1].From : DateTimeOffset.MaxValue;
            to = new[] { to, end, Until }.Min();
            sum += to > from ? (Int128)Calls[i].Watts * (to.ToUnixTimeMilliseconds() - from.ToUnixTimeMilliseconds()) : 0;
        }

        return new Energy((long)(sum / 3_600_000));
    }

    /// <summary>The change that is called at an instant, W; 0 while none is.</summary>
    public long WattsAt(DateTimeOffset at) => at < Until ? Calls.LastOrDefault(call => call.From <= at).Watts : 0;
}
