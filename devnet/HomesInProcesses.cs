using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>The demo's nodes as processes of their own: <c>ve node run</c> with a configuration file each.</summary>
/// <remarks>
/// A node stops when its standard input closes, which only we hold open: if we die in whatever way, so do they. Keys go by
/// environment, never on a command line or into a file.
/// </remarks>
internal sealed class HomesInProcesses : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly List<Process> _processes = [];
    private readonly PowerPlantDemo? _plant;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-homes-");

    private HomesInProcesses(PowerPlantDemo? plant) => _plant = plant;

    /// <param name="homes">Each gets a node.</param>
    /// <param name="common">What every home's configuration says.</param>
    /// <param name="plant">The power plant that homes consent to be part of, and whose clock their nodes then go by; null without one.</param>
    public static HomesInProcesses Start(ImmutableArray<Home> homes, HomeConfig common, PowerPlantDemo? plant)
    {
        common = common with { Supplier = common.Supplier with { Prices = common.Supplier.Prices is { } prices ? Path.GetFullPath(prices) : null } };
        var nodes = new HomesInProcesses(plant);
        foreach (var home in homes)
        {
            nodes.Start(home, common with { Household = common.Household with { Name = home.Household.Name }, Flexibility = plant?.ConsentIn(home) });
        }

        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.StandardInput.Close();
        }

        foreach (var process in _processes)
        {
            try
            {
                await process.WaitForExitAsync().WaitAsync(StopTimeout);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    // The node's assembly lies among ours, so it runs on our list of assemblies.
    private static string Beside(string kind) =>
        Path.ChangeExtension(typeof(HomesInProcesses).Assembly.Location, $".{kind}.json");

    private static void Tell(Process process, DateTimeOffset instant)
    {
        try
        {
            lock (process)
            {
                process.StandardInput.WriteLine(Text(instant));
            }
        }
        catch (Exception ended) when (ended is IOException or InvalidOperationException)
        {
            // Its own words say why it has ended; the market goes on without it.
        }
    }

    private static string Text(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private void Start(Home home, HomeConfig config)
    {
        var path = Path.Combine(_folder.FullName, $"{_processes.Count:000}.json");
        config.Write(path);
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            ArgumentList = { "exec", "--runtimeconfig", Beside("runtimeconfig"), "--depsfile", Beside("deps"), typeof(ProsumerNode).Assembly.Location, "node", "run", "--config", path, "--until-input-closes" },
            Environment = { [NodeKey.KeyVariable] = Convert.ToHexStringLower(home.Key.ToBytes()) },
        };
        if (config.Flexibility is not null)
        {
            start.ArgumentList.Add("--market-time");
            start.ArgumentList.Add(Text(_plant!.Time.GetUtcNow()));
        }

        var process = Process.Start(start) ?? throw new UserErrorException("A node's process could not be started.");
        _processes.Add(process);
        if (config.Flexibility is not null)
        {
            // What went by since its clock was read is told at once; a clock does not go back.
            _plant!.Time.Advanced += instant => Tell(process, instant);
            Tell(process, _plant.Time.GetUtcNow());
        }

        // Read, so that a node never blocks on a full pipe; what it says of trouble is shown.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                Console.Error.WriteLine($"{home.Household.Name}: {text}");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
