using System.Diagnostics;
using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Runs the contracts' own tests, <c>contracts/test/forge</c>: every amount fuzzed, and invariants over random sequences of calls.</summary>
public sealed class ForgeTests(ITestOutputHelper output)
{
    private const int LeastTests = 150;
    private const int LeastInvariantCalls = 100_000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    [Fact]
    public async Task The_contracts_pass_their_own_tests()
    {
        Assert.SkipUnless(File.Exists(AnvilExecutable.Foundry("forge")), "npm has no Forge for this system; the chain's tests in C# run all the same.");
        var work = Directory.CreateTempSubdirectory("ve-forge-");
        try
        {
            using var suites = JsonDocument.Parse(await ForgeAsync(work.FullName));
            var (passed, calls, failures) = (0, 0, new List<string>());
            var gas = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var suite in suites.RootElement.EnumerateObject())
            {
                foreach (var test in suite.Value.GetProperty("test_results").EnumerateObject())
                {
                    var hasPassed = test.Value.GetProperty("status").GetString() == "Success";
                    passed += hasPassed ? 1 : 0;
                    calls += test.Value.GetProperty("kind").TryGetProperty("Invariant", out var invariant) ? invariant.GetProperty("calls").GetInt32() : 0;
                    foreach (var operation in test.Value.GetProperty("gas_snapshots").EnumerateObject().SelectMany(group => group.Value.EnumerateObject()))
                    {
                        gas.Add(operation.Name, operation.Value.GetString()!);
                    }

                    output.WriteLine($"{(hasPassed ? "passed" : "FAILED")} {suite.Name}: {test.Name}");
                    if (!hasPassed)
                    {
                        failures.Add($"{suite.Name}: {test.Name}: {test.Value.GetProperty("reason")} {test.Value.GetProperty("counterexample")}");
                    }
                }
            }

            Assert.True(failures.Count == 0, string.Join('\n', failures));
            Assert.True(passed >= LeastTests, $"Only {passed} tests ran.");
            Assert.True(calls >= LeastInvariantCalls, $"The invariants were checked after {calls} calls only.");
            CheckedInSnapshot.Holds("gas.json", JsonSerializer.Serialize(gas, Indented) + "\n");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<string> ForgeAsync(string work)
    {
        var contracts = Path.Combine(RepositoryFiles.Root, "contracts");
        var start = new ProcessStartInfo(
            AnvilExecutable.Foundry("forge"),
            ["test", "--json", "--remappings", $"@openzeppelin/={Path.Combine(AnvilExecutable.NpmModules, "@openzeppelin")}/"])
        {
            WorkingDirectory = contracts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FOUNDRY_OUT"] = Path.Combine(work, "out");
        start.Environment["FOUNDRY_CACHE_PATH"] = Path.Combine(work, "cache");
        start.Environment["FOUNDRY_SOLC"] = Path.Combine(contracts, "forge-solc");
        start.Environment["NPM_MODULES"] = AnvilExecutable.NpmModules;

        var cancellation = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!;
        try
        {
            var answer = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            var text = await answer;
            var json = text.IndexOf('{', StringComparison.Ordinal);
            Assert.True(json >= 0, $"Forge ran no test: {text} {await errors}");
            return text[json..];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
