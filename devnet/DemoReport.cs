using System.Globalization;
using Spectre.Console;
using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>What the demo tells its user: a line for each settled round, and the summary.</summary>
/// <remarks>With <c>--json</c> all of it goes to standard error, and standard output holds the one JSON object.</remarks>
internal sealed class DemoReport : IProgress<RoundProgress>
{
    private readonly DemoOptions _options;
    private readonly TimeProvider _time;
    private readonly IAnsiConsole _console;
    private readonly long _started;
    private readonly Lock _lock = new();
    private readonly Dictionary<Period, RoundCleared> _cleared = [];
    private readonly DemoDeviations _deviations = new();
    private int _homes;
    private int _settled;

    public DemoReport(DemoOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _started = time.GetTimestamp();
        _console = options.Json ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : AnsiConsole.Console;
        if (Console.IsOutputRedirected || options.Json)
        {
            _console.Profile.Width = 200; // nobody's terminal: lines stay whole
        }
    }

    /// <summary>May be called from any thread.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            _console.WriteLine(text);
        }
    }

    /// <summary>May be called from any thread.</summary>
    public void Warn(string text)
    {
        lock (_lock)
        {
            _console.MarkupLineInterpolated($"[yellow]{text}[/]");
        }
    }

    public void Community(Community community, int homes, Period first)
    {
        _homes = homes;
        _console.MarkupLineInterpolated($"[bold]{homes}[/] homes ({community.Source}), {_options.Periods} periods from {Local(first):yyyy-MM-dd HH:mm}");
    }

    public void Chain(DevnetChain chain) =>
        _console.MarkupLineInterpolated($"chain     {chain.Rpc}  contract {chain.Contract.Address.ToChecksumString()}");

    public void Exchange(Uri viewer, BrokerAddress broker, Uri? aggregator)
    {
        _console.MarkupLineInterpolated($"broker    {broker}");
        _console.MarkupLineInterpolated($"viewer    [bold]{viewer}[/]  ({Elapsed:0.0} s)");
        if (aggregator is not null)
        {
            _console.MarkupLineInterpolated($"aggregator {aggregator}  (a power plant of the homes; the system operator is simulated)");
        }

        _console.WriteLine();
        _console.WriteLine("     period    price ct/kWh   volume kWh   trades   block        gas   gas/trade");
        if (!_options.Headless)
        {
            Browser.TryOpen(viewer);
        }
    }

    public void Report(RoundProgress value)
    {
        lock (_lock)
        {
            switch (value)
            {
                case RoundCleared cleared:
                    _cleared[cleared.Period] = cleared;
                    if (cleared.Bids < _homes)
                    {
                        Warn(Text($"only {cleared.Bids} of {_homes} homes bid for {Local(cleared.Period):HH:mm}"));
                    }

                    break;
                case RoundSettled settled when _cleared.Remove(settled.Period, out var cleared):
                    _settled++;
                    _console.WriteLine(Line(cleared, settled));
                    break;
                case PeriodMetered or DeviationsSettled:
                    _deviations.Report(value);
                    break;
                case SettlementDelayed delayed:
                    Warn(Text($"settlement of {delayed.Period} waits {delayed.RetryIn.TotalSeconds:0.0} s: {delayed.Why}"));
                    break;
            }
        }
    }

    public void Summary(ExchangeSummary summary, Money escrow, ulong chainId, Address contract, PowerPlantSummary? msd, string? whyNoMsd)
    {
        var seconds = Elapsed;
        _console.WriteLine();
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("what", "how much");
        table.AddRow("rounds settled", Text($"{summary.SettledRounds} of {_options.Periods}"));
        table.AddRow("bids, trades", Text($"{summary.Bids:N0}, {summary.Trades:N0}"));
        table.AddRow("traded", Text($"{summary.Traded.WattHours / 1e3:N1} kWh"));
        table.AddRow("price", summary.PriceMin is null ? "nothing traded" : Text($"{Cents(summary.PriceMin)} / {Cents(summary.PriceMean)} / {Cents(summary.PriceMax)} ct/kWh (min, mean, max)"));
        table.AddRow("self-sufficiency", Text($"{summary.SelfSufficiencyWithout:P1} alone, {summary.SelfSufficiencyWith:P1} together"));
        table.AddRow("savings", Text($"{summary.Savings.MicroEur / 1e6:N2} EUR against the supplier alone"));
        table.AddRow("gas", summary.GasPerTrade is { } gas ? Text($"{summary.GasTotal:N0}, {gas:N0} a trade") : Text($"{summary.GasTotal:N0}"));
        table.AddRow("deviations", _deviations.ToString());
        table.AddRow("escrow", Text($"{escrow.MicroEur / 1e6:N6} EUR in the contract, {summary.Escrow.MicroEur / 1e6:N6} EUR in balances"));
        table.AddRow("power plant", msd is null ? whyNoMsd ?? "" : Text($"{msd.OrderWatts / 1e3:0.0} kW up of {msd.SoldWatts / 1e3:0.0} kW sold by {msd.Profile}, {msd.WithinFivePercent} of {msd.HeldCycles} cycles within 5 % (worst {msd.WorstPercent:0.0} %), {msd.HomesThatMoved} homes moved"));
        if (msd is not null)
        {
            table.AddRow("delivered", Text($"{msd.DeliveredWh / 1e3:0.00} of {msd.OrderedWh / 1e3:0.00} kWh; {msd.CashMicroEur / 1e6:0.00} EUR from the system operator, {msd.MembersMicroEur / 1e6:0.00} EUR of it to homes"));
            table.AddRow("paid", Text($"{msd.PaidOnChainMicroEur / 1e6:0.00} EUR into homes' balances in the contract, in {msd.Deposits} transactions"));
        }

        table.AddRow("time", Text($"{seconds:N1} s"));
        _console.Write(table);
        if (_options.Json)
        {
            Console.Out.WriteLine(DemoSummary.ToJson(summary, _deviations, escrow, chainId, contract, seconds, msd, whyNoMsd));
        }
    }

    private double Elapsed => _time.GetElapsedTime(_started).TotalSeconds;

    private string Line(RoundCleared cleared, RoundSettled settled) => Text(
        $"{_settled,3}/{_options.Periods,-3} {Local(cleared.Period):HH:mm}  {(cleared.Price is null ? "–" : Cents(cleared.Price)),12}   {cleared.Volume.WattHours / 1e3,10:0.000}   {cleared.Trades,6}   {settled.Block,5}   {settled.Gas,8:N0}   {(cleared.Trades > 0 && settled.Gas is { } gas ? gas / (double)cleared.Trades : null),9:N0}");

    private static DateTime Local(Period period) => ItalianTime.Local(PeriodGrid.QuarterHour.StartOf(period));

    private static string Cents(Price? price) => Text($"{price?.MicroEurPerKWh / 1e4:0.00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
