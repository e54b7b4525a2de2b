using System.ComponentModel;
using System.Diagnostics;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>Opens a page in the user's browser where there is a desktop to open it on.</summary>
internal static class Browser
{
    /// <summary>Never fails: the address is on the terminal too.</summary>
    public static void TryOpen(Uri address)
    {
        var opener = OperatingSystem.IsWindows() ? ("cmd", ["/c", "start", "", address.ToString()])
            : OperatingSystem.IsMacOS() ? ("open", [address.ToString()])
            : HasDesktop ? ("xdg-open", [address.ToString()])
            : ((string Program, string[] Arguments)?)null;
        if (opener is not var (program, arguments))
        {
            return;
        }

        try
        {
            using var started = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true });
        }
        catch (Win32Exception)
        {
            // No such program: the user opens the printed address.
        }
    }

    private static bool HasDesktop =>
        Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
}
