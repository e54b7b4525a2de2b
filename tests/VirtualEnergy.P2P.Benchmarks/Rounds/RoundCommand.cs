using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary><c>round</c>: signed bids from their bytes to the settling transaction, each step beside its goal and the plain way.</summary>
internal static class RoundCommand
{
    private const int NaiveSample = 500;

    /// <summary>Until the code runs as the compiler leaves it in the end, as in an exchange that has been up for minutes.</summary>
    private const int WarmUpRounds = 8;

    private const double GoalNative = 30_000;
    private const double GoalManaged = 7_000;

    public static Command Create()
    {
        var bids = new Option<int>("--bids") { Description = "Members, each with one signed bid of one step a round.", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds measured, after eight that warm up; medians are shown.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object with every figure, its goal and the plain way's." };
        bids.Between(2, 100_000);
        rounds.Between(1, 100);
        var command = new Command("round", $"""
            Measure rounds of signed bids: admission, gate to transaction, checking. Exit code 1 when a goal is missed.
            {Secp256k1.Variable}=managed measures without libsecp256k1.
            Example: round --bids 10000 --json
            """) { bids, rounds, json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(bids), parsed.GetValue(rounds), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int bids, int rounds, bool asJson, CancellationToken cancellation)
    {
        Console.Error.WriteLine($"{Machine.Description}; {Secp256k1.Implementation}");
        Console.Error.WriteLine($"Making {bids:N0} members...");
        var market = new SignedMarket(bids);
        var steps = BidSteps.Measure(market);
        foreach (var (name, microseconds) in steps)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"       {name}: {microseconds:0.00} µs of a core"));
        }

        var figures = new List<Figure>();
        await foreach (var figure in MeasureAsync(market, bids, rounds, cancellation))
        {
            figures.Add(figure);
            Console.Error.WriteLine(figure.ToString());
        }

        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                bids,
                rounds,
                secp256k1 = Secp256k1.Implementation,
                machine = Machine.Description,
                stepMicroseconds = steps.ToDictionary(step => step.Name, step => step.Microseconds),
                figures = figures.Select(figure => new
                {
                    name = figure.Limit.Name,
                    value = figure.Limit.Value,
                    unit = figure.Limit.Unit,
                    goal = figure.Limit.Goal,
                    met = figure.Limit.IsMet,
                    naive = figure.Naive,
                    ratio = figure.Ratio,
                    method = figure.Limit.Method,
                }),
            }));
        }

        return figures.TrueForAll(figure => figure.Limit.IsMet) ? 0 : 1;
    }

    private static async IAsyncEnumerable<Figure> MeasureAsync(
        SignedMarket market, int bids, int rounds, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (admissions, processors, gates, checks) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (signing, signers) = (new BidSigning(market.Domain), new KnownSigners());
        await using var exchange = new MeasuredExchange(market);
        var naiveCheck = 0.0;
        for (var i = 0; i < WarmUpRounds + rounds; i++)
        {
            var period = new Period(SignedMarket.First.Index + i);
            var payloads = market.BidsOf(period);
            exchange.Open(period);
            GC.Collect();
            var (admission, processor) = await exchange.AdmitAsync(payloads, cancellation);
            var (gate, round, journalled) = await exchange.CloseAsync(period, cancellation);
            var check = Check(market, signing, signers, exchange.Journalled(period), journalled);
            if (i >= WarmUpRounds)
            {
                admissions.Add(admission);
                processors.Add(processor);
                gates.Add(gate);
                checks.Add(check);
            }
            else if (i == 0)
            {
                var sample = round.Bids[..Math.Min(bids, NaiveSample)];
                naiveCheck = Time(() => sample.All(signed => signing.Hash(signed.Bid) == signed.Hash && NaiveExchange.IsSignedByMember(signed))) * bids / sample.Length;
            }
        }

        var some = market.BidsOf(SignedMarket.First)[..Math.Min(bids, NaiveSample)];
        await using var naive = new NaiveExchange(market);
        await naive.AdmitAsync(some[..(some.Length / 2)], SignedMarket.First);
        var naiveRate = (some.Length - some.Length / 2) / await naive.AdmitAsync(some[(some.Length / 2)..], SignedMarket.First);
        yield return new Figure(
            Limit.AtLeast(
                "admission", bids / Median(admissions), Secp256k1.IsNative ? GoalNative : GoalManaged, "bids/s",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"bytes in, checked, durable, signed receipts' bytes out; keys known; {Median(processors) * 1e6 / bids:0.0} µs of a core each")),
            naiveRate);
        yield return new Figure(
            Limit.AtMost("gate to transaction sent", Median(gates) * 1e3, 250, "ms", "clearing, roots, journal, call data, signature; the node answers at once"), null);
        yield return new Figure(
            Limit.AtMost("check of a round", Median(checks) * 1e3, 2_000, "ms", "every signature, clearing and roots of the journalled bids; without the chain's answers"),
            naiveCheck * 1e3);
    }

    private static double Check(SignedMarket market, BidSigning signing, KnownSigners signers, IReadOnlyList<JournalledBid> bids, JournalledRound expected)
    {
        ImmutableArray<SignedBid> signed = [.. bids.Select(bid => bid.Signed)];
        var zones = market.Members.ToDictionary(member => member.Id, member => member.Zone);
        return Time(() => signing.FirstForged(signed, signers) is null
            && RoundCommitment.Of(RoundCalculator.Clear(expected.Period, signed, zones, MarketRules.Default)).RoundHash == expected.RoundHash);
    }

    private static double Time(Func<bool> isRight)
    {
        var start = Stopwatch.GetTimestamp();
        var right = isRight();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return right ? seconds : throw new InvalidOperationException("The round does not follow from its bids.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt((values.Count - 1) / 2);

    /// <summary>A figure beside its goal, and beside the plain way where there is one.</summary>
    private sealed record Figure(Limit Limit, double? Naive)
    {
        /// <summary>How many times better than the plain way.</summary>
        public double? Ratio => Naive is not { } naive ? null : Limit.IsCeiling ? naive / Limit.Value : Limit.Value / naive;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{(Limit.IsMet ? "met   " : "MISSED")} {Limit.Name}: {Limit.Value:N0} {Limit.Unit} (goal {(Limit.IsCeiling ? "at most" : "at least")} {Limit.Goal:N0}{(Ratio is { } ratio ? $"; the plain way {Naive:N0}, {ratio:0.0} x" : "")}; {Limit.Method})");
    }
}
