using System.IO.Compression;
using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>
/// The test cases that ethers.js is checked with: npm package @ethersproject/testcases, at the version of the lock file. An
/// oracle that shares no line with our client.
/// </summary>
internal static class EthersTestcases
{
    /// <param name="name">The file's name, without extension.</param>
    public static IReadOnlyList<JsonElement> Read(string name)
    {
        var path = Path.Combine(AnvilExecutable.NpmModules, "@ethersproject", "testcases", "testcases", name + ".json.gz");
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(file);
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    public static string Text(this JsonElement testcase, string name) => testcase.GetProperty(name).GetString()!;

    /// <summary>A field that is JSON written into a string.</summary>
    public static IReadOnlyList<JsonElement> Nested(this JsonElement testcase, string name)
    {
        using var document = JsonDocument.Parse(testcase.Text(name));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    /// <summary>Runs every case and names those that fail, so that one wrong case of thousands is found at once.</summary>
    /// <param name="least">A package that lost its cases must not pass.</param>
    public static void Check(IReadOnlyCollection<JsonElement> cases, int least, Action<JsonElement> check)
    {
        var failures = new List<string>();
        foreach (var testcase in cases)
        {
            try
            {
                check(testcase);
            }
            catch (Exception e)
            {
                var name = testcase.TryGetProperty("name", out var named) ? named.GetString() : "a case without a name";
                failures.Add($"{name}: {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} cases fail: {string.Join(Environment.NewLine, failures.Take(5))}");
        Assert.True(cases.Count >= least, $"Only {cases.Count} cases.");
        TestContext.Current.SendDiagnosticMessage($"{cases.Count} cases.");
    }
}
