using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>
/// A file in <c>contracts/snapshots</c> that a test holds against what it found, so that a change shows in review. With the environment
/// variable <c>VE_RENEW_SNAPSHOTS=1</c> the test writes the file instead.
/// </summary>
internal static class CheckedInSnapshot
{
    private const string Renewal = "VE_RENEW_SNAPSHOTS";

    public static void Holds(string name, string found)
    {
        var path = Path.Combine(RepositoryFiles.Root, "contracts", "snapshots", name);
        if (Environment.GetEnvironmentVariable(Renewal) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, found);
            return;
        }

        var kept = File.Exists(path) ? File.ReadAllLines(path) : [];
        var now = found.TrimEnd('\n').Split('\n');
        Assert.True(
            kept.SequenceEqual(now),
            $"contracts/snapshots/{name} has drifted. If this was meant, run the same test once with {Renewal}=1 and look at the difference.\n"
            + $"No longer so:\n{Lines(kept.Except(now))}\nNow:\n{Lines(now.Except(kept))}");
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
