using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Iec104;

/// <summary>Wireshark's decoder on the command line.</summary>
internal static class Tshark
{
    private static readonly string? Program = new[] { "/usr/bin/tshark", "/usr/local/bin/tshark", "/opt/homebrew/bin/tshark" }.FirstOrDefault(File.Exists);

    public static bool IsThere => Program is not null;

    /// <summary>Reads a capture as IEC 60870-5-104 on the given port; times are UTC.</summary>
    /// <returns>What it prints, without blanks at the ends.</returns>
    public static async Task<string> ReadAsync(string file, ushort port, params string[] options)
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] fixedOptions = ["-n", "-r", file, "-d", string.Create(CultureInfo.InvariantCulture, $"tcp.port=={port},iec60870_104")];
        foreach (var option in fixedOptions.Concat(options))
        {
            start.ArgumentList.Add(option);
        }

        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        var stop = TestContext.Current.CancellationToken;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Trim();
    }
}
