using System.Globalization;
using Spectre.Console;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>What <c>tso</c> tells its user.</summary>
/// <remarks>With <c>--json</c> all of it goes to standard error, and standard output holds the one JSON object.</remarks>
internal sealed class TsoReport
{
    private readonly TsoDemoOptions _options;
    private readonly IAnsiConsole _console;

    public TsoReport(TsoDemoOptions options)
    {
        _options = options;
        _console = options.Json ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : AnsiConsole.Console;
        if (Console.IsOutputRedirected || options.Json)
        {
            _console.Profile.Width = 200; // nobody's terminal: lines stay whole
        }
    }

    public void Say(string text) => _console.WriteLine(text);

    public void Started(Uri aggregator, Uri tso)
    {
        _console.MarkupLineInterpolated($"[bold]{_options.Homes}[/] simulated homes behind {_options.Customers} telecontrol units, {_options.Speed} times faster than real time");
        _console.MarkupLineInterpolated($"aggregator       [bold]{aggregator}[/]");
        _console.MarkupLineInterpolated($"system operator  [bold]{tso}[/]  (simulated)");
        if (!_options.Headless)
        {
            Browser.TryOpen(tso);
        }
    }

    public void Summary(TsoSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("what", "how much");
        table.AddRow("sold", Text($"{summary.SoldWatts / 1e3:N0} kW up, of {summary.OfferedSteps} offered steps"));
        table.AddRow("beyond what was sold", summary.RefusedBeyondSold ? "refused" : "NOT refused");
        table.AddRow("ordered", Text($"{summary.OrderWatts / 1e3:N0} kW up; the last first set-point confirmed after {summary.LastSetPointMilliseconds:N0} ms"));
        table.AddRow("held", Text($"{summary.WithinFivePercent} of {summary.HeldCycles} cycles within 5 % (worst {summary.WorstPercent:N1} %), {summary.Vanished} homes vanished meanwhile"));
        table.AddRow("telemetry", Text($"{summary.TelemetrySets} sets, {summary.ShortestCycle:0.00} to {summary.LongestCycle:0.00} s apart on the simulation's clock"));
        table.AddRow("delivered", Text($"{summary.DeliveredWh / 1e3:N1} of {summary.OrderedWh / 1e3:N1} kWh in {summary.SettledPeriods} periods"));
        table.AddRow("money", Text($"{summary.CashMicroEur / 1e6:N2} EUR from the system operator, {summary.MembersMicroEur / 1e6:N2} EUR of it to homes"));
        table.AddRow("time", Text($"{summary.Seconds:N1} s"));
        _console.Write(table);
        if (_options.Json)
        {
            Console.Out.WriteLine(summary.ToJson());
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
