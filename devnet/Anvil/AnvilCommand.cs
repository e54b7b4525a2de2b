using System.Diagnostics;
using System.Globalization;

namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>The command line that starts Anvil so that it cannot outlive us.</summary>
/// <remarks>
/// On Unix a small shell script stands between: it watches its standard input, which only we hold open. When we close it, or
/// die in whatever way, SIGKILL included, the watch sees the end of the input and kills Anvil. (Linux's parent-death signal
/// would not do: it follows the thread that started the child, and pool threads come and go.) Anvil runs in a session of its
/// own where <c>setsid</c> exists, what is heard on standard error is its own, and the watch ignores what ends a process group, so that Ctrl-C, or a <c>timeout</c> around
/// us, reaches us and not the chain that we still have to settle on. Windows has
/// no such shell: there Anvil is stopped on dispose, and outlives us only if we are killed.
/// </remarks>
internal static class AnvilCommand
{
    /// <summary>How many blocks back the chain answers for accounts and storage, and can be reorganised; blocks, receipts and logs are kept for ever.</summary>
    /// <remarks>Left to itself, Anvil writes the whole state after each block to the user's disk, up to 3,600 of them, and leaves
    /// them there if it is killed: 19 GB after one long run of an exchange.</remarks>
    internal const int StatesKept = 256;

    /// <summary>The script's first line of output: Anvil's process id follows.</summary>
    public const string ProcessIdLine = "anvil process ";

    private const string WatchedScript =
        """
        trap '' HUP INT QUIT TERM
        exec 3<&0 </dev/null
        own=; command -v setsid >/dev/null && own=setsid
        $own "$@" 3<&- &
        anvil=$!
        echo "anvil process $anvil"
        exec 2>/dev/null
        { cat <&3; kill -KILL $anvil; } >/dev/null 2>&1 &
        watch=$!
        exec 3<&-
        wait $anvil
        code=$?
        kill $watch 2>/dev/null
        exit $code
        """;

    public static ProcessStartInfo For(string executable, AnvilOptions options)
    {
        var start = new ProcessStartInfo
        {
            FileName = OperatingSystem.IsWindows() ? executable : "/bin/sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] watched = OperatingSystem.IsWindows() ? [] : ["-c", WatchedScript, "anvil", executable];
        foreach (var argument in watched.Concat(Arguments(options)))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private static string[] Arguments(AnvilOptions options)
    {
        string[] always =
        [
            "--host", "127.0.0.1",
            "--port", options.Port.ToString(CultureInfo.InvariantCulture),
            "--chain-id", options.ChainId.ToString(CultureInfo.InvariantCulture),
            "--hardfork", "osaka", "--gas-limit", "60000000", "--enable-tx-gas-limit",
            "--prune-history", StatesKept.ToString(CultureInfo.InvariantCulture),
            "--color", "never",
        ];
        string[] pace = options.BlockTime is { } time ? ["--block-time", time.TotalSeconds.ToString(CultureInfo.InvariantCulture)]
            : options.MinesByHand ? ["--no-mining"] : [];
        string[] state = options.StateFile is { } file
            ? ["--state", file, "--state-interval", options.StateInterval.TotalSeconds.ToString(CultureInfo.InvariantCulture)] : [];
        return [.. always, .. pace, .. state];
    }
}
