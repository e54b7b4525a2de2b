using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>The aggregator's use case from the day before to the money, on a clock that runs faster; then the summary. Everything that was started is stopped.</summary>
internal static class TsoDemo
{
    private const int Interrupted = 130;
    private const string Unit = "UVAM-SARD-1";

    // A weekday in winter; offers are for the evening.
    private static readonly DateOnly Day = new(2026, 12, 2);
    private static readonly TimeOnly From = new(18, 0);
    private static readonly TimeOnly Until = new(22, 0);
    private static readonly TimeSpan Cycle = TimeSpan.FromSeconds(4);

    /// <returns>0 when the order was carried out and settled, 1 when not, 130 after Ctrl-C.</returns>
    public static async Task<int> RunAsync(TsoDemoOptions options, CancellationToken cancellation)
    {
        var report = new TsoReport(options);
        try
        {
            return await RunAsync(options, report, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            report.Say("Stopped.");
            return Interrupted;
        }
        catch (GatewayStartException failure)
        {
            throw new UserErrorException(failure.Message, failure);
        }
    }

    private static async Task<int> RunAsync(TsoDemoOptions options, TsoReport report, CancellationToken cancellation)
    {
        var profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);
        // Before planning begins, the day before: homes are measured first, and then the clock is set to it. However fast it runs, the gateway has a minute of the machine's time to plan.
        var lead = TimeSpan.FromMinutes(Math.Max(10, options.Speed));
        var planning = profile.BaselineGate(new MarketDay(Day)) - lead;
        var time = new ScaledTime(options.Speed, TimeProvider.System, planning - TimeSpan.FromHours(1));
        await using var customers = new SimulatedCustomers(options, Cycle, time, TimeProvider.System);
        RequireEnough(options.Homes, customers, profile);
        var unit = new UnitOptions
        {
            Id = Unit, CommonAddress = 1, MinimumWatts = -20_000L * options.Homes, MaximumWatts = 20_000L * options.Homes, Customers = customers.Describe(),
        };
        var token = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        await using var gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Name = "Aggregator of simulated homes", Url = $"http://127.0.0.1:{options.Port}", OrderToken = token, Units = [unit], Profile = profile, PlanningLead = lead,
                // Measurements are late by the machine's time, not by the simulation's: a second of it does not make a home silent.
                OfferHours = (From, Until), Stale = TimeSpan.FromSeconds(Math.Max(20, options.Speed)), Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Cycle = Cycle,
            },
            time, cancellation, links: TimeProvider.System);
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await using var tso = new SimulatedTso(gateway.TsoEndPoint.Port, http, [unit], time, TimeProvider.System);
        await using var pages = await TsoPages.StartAsync(tso, [unit], new Uri(gateway.Address), options.Port == 0 ? 0 : options.Port + 1, time, cancellation);
        report.Started(new Uri(gateway.Address), pages.Address);

        var run = new TsoEvening(options, report, tso, http, customers, time, Unit, Day, From, planning);
        await tso.StartedAsync(cancellation);
        await tso.SynchronizeAsync(cancellation);
        await run.PlanAsync(cancellation);
        await run.OperateAsync(cancellation);
        var summary = await run.SummaryAsync(cancellation);
        report.Summary(summary);
        if (options.Keep)
        {
            report.Say($"The pages stay: system operator {pages.Address}, aggregator {gateway.Address}; Ctrl-C ends them.");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }

        return summary.IsWhole ? 0 : 1;
    }

    // What the planning would find out in the end, said before anything is waited for.
    private static void RequireEnough(int homes, SimulatedCustomers customers, MarketProfile profile)
    {
        var policy = new OfferPolicy();
        var record = DeliveryRecord.Of([], policy.PriorOrders, policy.PriorPermille);
        var firm = FirmPower.Of([.. customers.Describe().SelectMany(customer => customer.Homes).Select(home => new UncertainPower(home.UpWatts, record))], policy.ConfidencePermille);
        if (firm < profile.MinimumSize)
        {
            throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture,
                $"--homes {homes}: these give {firm / 1_000} kW up with {policy.ConfidencePermille / 10} % confidence, and {profile.Name} takes {profile.MinimumSize / 1_000} kW or more; take 1000 --homes."));
        }
    }
}
