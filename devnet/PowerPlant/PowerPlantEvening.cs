using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Devnet.Tso;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>
/// What the simulated system operator does with the community's power plant over the day: it takes what is offered up for the evening, orders a part of it by a set-point of
/// IEC 60870-5-104, lets it go again, and pays on the chain. Driven by the market's rounds: each tells which period runs.
/// </summary>
/// <param name="http">To the gateway, with its token.</param>
/// <param name="payment">Of the order.</param>
/// <param name="secondsPerWatchedPeriod">So long, in real time, a period takes in which an order is in force; 0 goes as fast as cycles come.</param>
internal sealed class PowerPlantEvening(
    PowerPlantPlan plan, EveningClock clock, SimulatedTso tso, HttpClient http, PowerPlantPayment payment, int homes, double secondsPerWatchedPeriod, Action<string> say)
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    // Homes are told one thing after another.
    private const int QuietCycles = 3;

    // Of real time. An answer that has not come by then will not; few homes offer nothing, which is as much as no answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan OfferPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

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

        await clock.AdvanceToAsync(plan.Planning, stop);
        var last = plan.Until - Length;
        var (offers, problem) = await new OfferTaker(http, OfferPatience, Pause, words => say($"power plant  {words}"), TimeProvider.System).TakeAsync(last, stop);
        if (problem is not null)
        {
            WhyNot = OfferTaker.Up(offers).Any(offer => offer.Start == last) ? $"The evening cannot be sold: {problem}."
                : $"The {homes} homes that take part do not reach {plan.Profile.MinimumSize} W through {plan.Profile.HoldingSeconds / 60} minutes of the evening.";
            return;
        }

        var taken = OfferTaker.Taken(offers, plan.OrderAt - Length, plan.OrderAt + plan.Ramp + plan.Hold);
        _sold = taken.Length < plan.OrderedPeriods ? 0 : taken.Min();
        WhyNot = _sold == 0 ? "Nothing is offered upwards through the order's time." : null;
        await PromisedAsync(stop);
        await clock.SettledAsync(stop);
        say(Text($"power plant  program frozen and {plan.Profile.Name} takes {_sold / 1e3:0.0} kW up for {plan.From:HH:mm} to {ItalianTime.Local(plan.Until):HH:mm}"));
    }

    /// <summary>A period runs, of whose time nothing has gone by: at once, or cycle by cycle where the order is in force.</summary>
    public async Task RunAsync(Period running, CancellationToken stop)
    {
        var (at, end) = (Grid.StartOf(running), Grid.EndOf(running));
        await clock.AdvanceToAsync(at, stop);
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
            var paced = pace > TimeSpan.Zero ? Task.Delay(pace, TimeProvider.System, stop) : Task.CompletedTask;
            await clock.AdvanceToAsync(at, stop);
            await OrderAsync(at, stop);
            await paced;
        }

        await clock.SettledAsync(stop);
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
            await clock.AdvanceToAsync(plan.Planning + cycle * PowerPlantPlan.Cycle, stop);
            var promised = await CountAsync(home => home.HasPromised, stop);
            quiet = promised > 0 && promised == before ? quiet + 1 : 0;
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
            await clock.AnsweredAsync(stop);
        }
        else if (_order is { } order && !_isOver && at >= order.End)
        {
            _isOver = true;
            var answer = await tso.AskAsync(new TsoWish(PowerPlantPlan.Unit, "regulation", 0, "IEC 104"), stop);
            _order = order with { End = at };
            say(Text($"power plant  {ItalianTime.Local(at):HH:mm:ss} set-point of 0: {answer.State}, homes come back"));
            await clock.AnsweredAsync(stop);
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

            await Task.Delay(Pause, TimeProvider.System, stop);
        }

        return true;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What of the gateway's snapshot the summary is made of.</summary>
internal sealed record PowerPlantPicture(MoneyView Money, ImmutableArray<MovedView> Moved, ImmutableArray<StatementRowView> Statements);
