using System.Collections.Immutable;
using System.Net.Http.Json;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>What the simulated system operator does with the aggregator, from the day before to the statement: the same for a reader at the pages and for a test.</summary>
internal sealed class TsoEvening(
    TsoDemoOptions options, TsoReport report, SimulatedTso tso, HttpClient http, SimulatedCustomers customers, ScaledTime time, string unit, DateOnly day, TimeOnly from, DateTimeOffset planning)
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;
    private static readonly TimeSpan Ramp = TimeSpan.FromMinutes(15);

    // Homes come back over so long, and a little later all is measured.
    private static readonly TimeSpan Release = TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(30);

    // Of real time: what has not happened by then will not.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private int _offered;
    private long _sold;
    private bool _refused;
    private OrderView? _order;
    private DateTimeOffset _rampedAt;
    private DateTimeOffset _end;
    private int _vanished;

    /// <summary>Programs in, offers out, results in; then the night goes by.</summary>
    public async Task PlanAsync(CancellationToken stop)
    {
        await UntilAsync("measured homes", async () => (await http.GetFromJsonAsync<ImmutableArray<UnitNow>>("/api/units", stop))[0], now => now.FreshHomes == options.Homes, stop);
        var marketDay = new MarketDay(day);
        var starts = marketDay.Periods(Grid).Select(Grid.StartOf).ToList();
        var message = new ProgramMessage(day, [.. customers.Programs(starts, Grid.LengthSeconds).Select(home => new ProgramOfPoint(home.Pod, home.WattHours))]);
        using var taken = await http.PostAsJsonAsync("/api/programs", message, stop);
        taken.EnsureSuccessStatusCode();
        report.Say($"{Clock()}  programs of {message.Points.Length} homes for {day:yyyy-MM-dd} are with the aggregator");
        time.SkipTo(planning);

        // A home is offered in one span of its holding time, so the evening's end may have none: what the order needs is there when its last period is.
        var taker = new OfferTaker(http, Patience, Pause, report.Say, TimeProvider.System);
        var (offers, problem) = await taker.TakeAsync(Grid.StartOf(Grid.At(Start() + Ramp + Hold + Release)), stop);
        if (problem is not null)
        {
            throw new UserErrorException($"The evening cannot be sold: {problem}. Take more --homes, or a lower --speed than {options.Speed}.");
        }

        _offered = offers.Length;
        var start = Start();
        _sold = OfferTaker.Taken(offers, start - Ramp, start + Ramp + Hold + Release).DefaultIfEmpty().Min();
        report.Say(FormattableString.Invariant($"{Clock()}  baseline frozen, {_offered} steps offered; the market takes {_sold / 1e3:N0} kW up for the evening"));
        time.SkipTo(start - TimeSpan.FromMinutes(1));
    }

    /// <summary>The order of the evening, while homes vanish, until its money is settled.</summary>
    public async Task OperateAsync(CancellationToken stop)
    {
        await Task.Delay(Start() - time.GetUtcNow(), time, stop);
        var beyond = await tso.AskAsync(new TsoWish(unit, "regulation", -(_sold + 1_000), "IEC 104"), stop);
        _refused = beyond.State == "refused";
        report.Say($"{Clock()}  a set-point of 1 kW more than was sold: {Answer(beyond)}");

        var watts = options.OrderKilowatts * 1_000L ?? _sold * 6 / 10 / 1_000 * 1_000;
        _order = await tso.AskAsync(new TsoWish(unit, "regulation", -watts, "HTTP", (int)Hold.TotalSeconds), stop);
        report.Say(FormattableString.Invariant($"{Clock()}  order of {watts / 1e3:N0} kW up: {Answer(_order)}"));
        if (_order.State != "confirmed")
        {
            throw new UserErrorException($"The order was {_order.State}: {_order.Reason?.TrimEnd('.')}. Take more --homes, or a smaller --order.");
        }

        (_rampedAt, _end) = (_order.At + Ramp, _order.At + Ramp + Hold);
        await Task.Delay(_rampedAt + Hold / 3 - time.GetUtcNow(), time, stop);
        _vanished = customers.Vanish(options.VanishPercent);
        report.Say($"{Clock()}  {_vanished} homes have vanished");
        await Task.Delay(_end - time.GetUtcNow(), time, stop);
        report.Say($"{Clock()}  the order is over");
    }

    public async Task<TsoSummary> SummaryAsync(CancellationToken stop)
    {
        // Released over some minutes, and settled when the period is over.
        var last = Grid.At(_end).Index;
        var statements = await UntilAsync(
            "settled periods", async () => await http.GetFromJsonAsync<ImmutableArray<StatementRowView>>("/api/statements", stop), found => found.Any(row => row.Period == last), stop);
        var orders = await http.GetFromJsonAsync<ImmutableArray<OrderView>>("/api/orders", stop);
        var held = tso.Units().Single().Samples.Where(sample => At(sample) >= _rampedAt && At(sample) <= _end).ToList();
        var watts = Math.Abs(_order!.Watts);
        var distances = held.Select(sample => 100.0 * Math.Abs(sample[1] - sample[3]) / watts).ToList();
        var (shortest, longest) = tso.Between;
        return new TsoSummary(
            options.Homes, options.Customers, options.Speed, _offered, _sold, _refused, watts, orders.FirstOrDefault(order => order.Id == _order.Id)?.LastSetPointMilliseconds / options.Speed, _vanished,
            held.Count, distances.Count(distance => distance <= 5), Math.Round(distances.DefaultIfEmpty().Max(), 2), tso.Sets, Math.Round(shortest.TotalSeconds, 3), Math.Round(longest.TotalSeconds, 3),
            statements.Length, statements.Sum(row => row.OrderedWh), statements.Sum(row => row.DeliveredWh), statements.Sum(row => row.CashMicroEur), statements.Sum(row => row.MembersMicroEur),
            Math.Round(TimeProvider.System.GetElapsedTime(_started).TotalSeconds, 1));
    }

    private static string Answer(OrderView order) => order.Reason is null ? order.State : $"{order.State}, {order.Reason}";

    private static DateTimeOffset At(ImmutableArray<long> sample) => DateTimeOffset.FromUnixTimeMilliseconds(sample[0]);

    private TimeSpan Hold => TimeSpan.FromMinutes(options.HoldMinutes);

    /// <summary>When the order goes out: in the first period of the evening, so late that homes are back just before a period ends, and nobody waits for its settlement.</summary>
    private DateTimeOffset Start()
    {
        var length = TimeSpan.FromSeconds(Grid.LengthSeconds);
        var beyond = (Ramp + Hold + Release).Ticks % length.Ticks;
        return new MarketDay(day).At(from) + (length - TimeSpan.FromTicks(beyond));
    }

    private string Clock() => ItalianTime.Local(time.GetUtcNow()).ToString("ddd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<T> UntilAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> isThere, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask();
            if (isThere(answer))
            {
                return answer;
            }

            if (deadline.IsCancellationRequested)
            {
                throw new UserErrorException($"The gateway has no {what} after {Patience.TotalMinutes:0} minutes: this machine is too slow for --speed {options.Speed}.");
            }

            await Task.Delay(Pause, stop);
        }
    }
}
