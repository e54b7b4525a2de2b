using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Devnet.Tso;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>
/// What the simulated system operator does with the community's power plant over the day: it takes what is offered up for the evening, orders a part of it by a set-point of
/// IEC 60870-5-104, lets it go again, and pays on the chain. Driven by the market's rounds: each tells which period runs.
/// </summary>
/// <param name="http">To the gateway, with its token.</param>
/// <param name="payment">Of the order.</param>
/// <param name="haveFollowed">Whether homes have told what they do at an instant of the market, and have answered what they were told.</param>
/// <param name="secondsPerWatchedPeriod">So long, in real time, a period takes in which an order is in force; 0 goes as fast as cycles come.</param>
internal sealed class PowerPlantEvening(
    PowerPlantPlan plan, DrivenTime time, SimulatedTso tso, HttpClient http, PowerPlantPayment payment, int homes, Func<DateTimeOffset, bool> haveFollowed, double secondsPerWatchedPeriod, Action<string> say)
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    // Homes are told one thing after another.
    private const int QuietCycles = 3;

    // Of real time. A cycle that has not reached the system operator by then was left out; an answer that has not come will not.
    private static readonly TimeSpan LongestCycle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long _sold;
    private PowerPlantOrder? _order;
    private bool _isOver;

    /// <summary>Why nothing was ordered; null while all goes well.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>The day before: programs are frozen, offers made, and the system operator takes what goes up.</summary>
    public async Task PlanAsync(CancellationToken stop)
    {
        if (!await UntilAsync(async () => await CountAsync(home => home.HasOutlook, stop) == homes, stop))
        {
            WhyNot = "Not every home that takes part has told the gateway its program.";
            return;
        }

        time.AdvanceTo(plan.Planning);
        ImmutableArray<OfferView> offers = [];
        if (!await UntilAsync(async () => (offers = await http.GetFromJsonAsync<ImmutableArray<OfferView>>("/api/offers", stop)).Any(offer => offer.Start == plan.Until - Length), stop))
        {
            WhyNot = $"The {homes} homes that take part do not reach {plan.Profile.MinimumSize} W through {plan.Profile.HoldingSeconds / 60} minutes of the evening.";
            return;
        }

        var up = offers.Where(offer => offer.Direction == "up").ToList();
        foreach (var offer in up.GroupBy(offer => offer.Id))
        {
            var result = new ResultMessage($"r-{offer.Key}", offer.Key, [.. offer.Select(step => new ResultStep(step.Step, step.Watts, step.PriceMicroEurPerKWh))]);
            using var answer = await http.PostAsJsonAsync("/api/results", result, stop);
            answer.EnsureSuccessStatusCode();
        }

        var needed = up.Where(offer => offer.Start > plan.OrderAt - Length && offer.Start < plan.OrderAt + plan.Ramp + plan.Hold).GroupBy(offer => offer.Start).ToList();
        _sold = needed.Count < plan.OrderedPeriods ? 0 : needed.Min(period => period.Sum(step => step.Watts));
        WhyNot = _sold == 0 ? "Nothing is offered upwards through the order's time." : null;
        await PromisedAsync(stop);
        say(Text($"power plant  program frozen and {plan.Profile.Name} takes {_sold / 1e3:0.0} kW up for {plan.From:HH:mm} to {ItalianTime.Local(plan.Until):HH:mm}"));
    }

    /// <summary>A period runs, of whose time nothing has gone by: at once, or cycle by cycle where the order is in force.</summary>
    public async Task RunAsync(Period running, CancellationToken stop)
    {
        var (at, end) = (Grid.StartOf(running), Grid.EndOf(running));
        time.AdvanceTo(at);
        if (_order is { } order && at <= plan.PaidAt && plan.PaidAt < end)
        {
            await payment.RunAsync(await SettledAsync(order, stop), stop);
        }

        if (WhyNot is not null || end <= plan.WatchedFrom || at >= plan.WatchedUntil)
        {
            return;
        }

        var pace = TimeSpan.FromSeconds(secondsPerWatchedPeriod * PowerPlantPlan.Cycle.TotalSeconds / Grid.LengthSeconds);
        for (at += PowerPlantPlan.Cycle; at < end; at += PowerPlantPlan.Cycle)
        {
            var (sets, paced) = (tso.Sets, Task.Delay(pace, TimeProvider.System, stop));
            time.AdvanceTo(at);
            await OrderAsync(at, stop);
            await SeenAsync(sets, at, stop);
            await paced;
        }
    }

    /// <summary>What it came to, once the last ordered period is settled; null where nothing was ordered.</summary>
    public async Task<PowerPlantSummary?> SummaryAsync(CancellationToken stop)
    {
        if (_order is not { } order)
        {
            WhyNot ??= "The run ended before the order.";
            return null;
        }

        var picture = await SettledAsync(order, stop);
        using var baseline = await http.GetAsync($"/api/baselines/{PowerPlantPlan.Unit}/{plan.Day:yyyy-MM-dd}", stop);
        var hash = baseline.StatusCode == HttpStatusCode.OK ? (await baseline.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(stop)).GetProperty("hash").GetString() : null;
        return PowerPlantSummary.Of(PowerPlantPlan.Unit, plan.Profile.Name, _sold, order, tso.Units().Single().Samples, picture, await payment.PaidAsync(stop), hash);
    }

    // The gateway's picture once the last period of the order is settled.
    private async Task<PowerPlantPicture> SettledAsync(PowerPlantOrder order, CancellationToken stop)
    {
        PowerPlantPicture picture = null!;
        var last = Grid.At(order.End.AddTicks(-1)).Index;
        await UntilAsync(async () => (picture = (await http.GetFromJsonAsync<PowerPlantPicture>("/api/snapshot", stop))!).Statements.Any(row => row.Period == last), stop);
        return picture;
    }

    // Homes are told in the cycles that follow what was sold of them; none is told any more when some cycles change nothing.
    private async Task PromisedAsync(CancellationToken stop)
    {
        var (before, quiet) = (-1, 0);
        for (var cycle = 1; cycle <= 60; cycle++)
        {
            time.AdvanceTo(plan.Planning + cycle * PowerPlantPlan.Cycle);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop);
            var promised = await CountAsync(home => home.HasPromised, stop);
            quiet = promised > 0 && promised == before && haveFollowed(DateTimeOffset.MinValue) ? quiet + 1 : 0;
            if (quiet == QuietCycles)
            {
                return;
            }

            before = promised;
        }
    }

    private async Task<int> CountAsync(Func<HomeView, bool> which, CancellationToken stop) =>
        (await http.GetFromJsonAsync<CustomerView>($"/api/customers/{PowerPlantPlan.Customer}", stop))!.Homes.Count(which);

    private static TimeSpan Length => TimeSpan.FromSeconds(Grid.LengthSeconds);

    private async Task OrderAsync(DateTimeOffset at, CancellationToken stop)
    {
        if (_order is null && at >= plan.OrderAt && WhyNot is null)
        {
            var step = plan.Profile.SizeStep;
            var watts = _sold * 6 / 10 / step * step;
            var answer = await tso.AskAsync(new TsoWish(PowerPlantPlan.Unit, "regulation", -watts, "IEC 104"), stop);
            say(Text($"power plant  {ItalianTime.Local(at):HH:mm:ss} order of {watts / 1e3:0.0} kW up over IEC 104: {answer.State}"));
            if (answer.State != "confirmed")
            {
                WhyNot = $"The order was {answer.State}: {answer.Reason}.";
                return;
            }

            _order = new PowerPlantOrder(watts, at, at + plan.Ramp, at + plan.Ramp + plan.Hold);
        }
        else if (_order is { } order && !_isOver && at >= order.End)
        {
            _isOver = true;
            var answer = await tso.AskAsync(new TsoWish(PowerPlantPlan.Unit, "regulation", 0, "IEC 104"), stop);
            _order = order with { End = at };
            say(Text($"power plant  {ItalianTime.Local(at):HH:mm:ss} set-point of 0: {answer.State}, homes come back"));
        }
    }

    // The next cycle begins when this one has been seen: a slow machine makes the evening longer, and not other.
    private async Task SeenAsync(int before, DateTimeOffset at, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while ((tso.Sets == before || !haveFollowed(at)) && TimeProvider.System.GetElapsedTime(since) < LongestCycle)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stop);
        }
    }

    /// <returns>False where it did not become so.</returns>
    internal static async Task<bool> UntilAsync(Func<Task<bool>> isSo, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }

        return true;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What of the gateway's snapshot the summary is made of.</summary>
internal sealed record PowerPlantPicture(MoneyView Money, ImmutableArray<MovedView> Moved, ImmutableArray<StatementRowView> Statements);
