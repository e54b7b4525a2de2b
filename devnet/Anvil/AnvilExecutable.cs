using System.Reflection;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>Finds the native programs inside the npm packages that the build installed.</summary>
/// <remarks>
/// The packages' own launchers are Node scripts around these binaries; a child of a child would only be harder to stop.
/// </remarks>
public static class AnvilExecutable
{
    /// <summary>The <c>node_modules</c> folder that this devnet was built with.</summary>
    public static string NpmModules { get; } = typeof(AnvilExecutable).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "NpmModules").Value!;

    /// <summary>Where Anvil lies, whether or not it is there.</summary>
    public static string InstalledPath => Foundry("anvil");

    /// <summary>Where a program of the Foundry family lies for this system: <c>anvil</c>, <c>cast</c>.</summary>
    public static string Foundry(string tool)
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var file = OperatingSystem.IsWindows() ? tool + ".exe" : tool;
        return Path.Combine(NpmModules, "@foundry-rs", $"{tool}-{system}-{processor}", "bin", file);
    }
}
