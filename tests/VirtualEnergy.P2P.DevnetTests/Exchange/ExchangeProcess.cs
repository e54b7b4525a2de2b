using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>The exchange's own program, as an installation runs it.</summary>
internal sealed partial class ExchangeProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ExchangeProcess(Process process, string address, BrokerAddress broker) => (_process, Address, Broker) = (process, address, broker);

    public string Address { get; }

    public BrokerAddress Broker { get; }

    public long WorkingSetBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<ExchangeProcess> StartAsync(TestCommunity community, CancellationToken cancellation)
    {
        var process = Start(ArgumentsOf(community));
        var line = await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(TestCommunity.Patience, cancellation)
            ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(cancellation));
        var match = Started().Match(line);
        return new ExchangeProcess(process, match.Groups[1].Value, BrokerAddress.Parse(match.Groups[2].Value));
    }

    /// <summary>The configuration of an exchange for the community, with a broker of its own.</summary>
    public static string[] ArgumentsOf(TestCommunity community)
    {
        var options = community.Options;
        string[] rules = options.Rules.Accounts.Community is { } account
            ? [$"--Exchange:Rules:Mechanism={options.Rules.Mechanism.Code()}", $"--Exchange:Rules:CommunityAccount={account}"] : [];
        string[] members = [.. options.Members.SelectMany((member, i) => new[]
        {
            $"--Exchange:Members:{i}:Id={member.Id}", $"--Exchange:Members:{i}:Name={member.Name}",
        })];
        return
        [
            $"--Exchange:Community={options.Community}", $"--Exchange:Rpc={options.Rpc}", $"--Exchange:Contract={options.Contract}",
            $"--Exchange:Key=0x{Convert.ToHexStringLower(DevAccounts.Settler.ToBytes())}", $"--Exchange:Journal={options.JournalPath}",
            "--Exchange:Url=http://127.0.0.1:0", "--Exchange:Broker:Port=0", "--Exchange:Gate:Kind=lockstep",
            "--Exchange:Gate:TimeoutMilliseconds=600000", "--Exchange:Log=none", .. rules, .. members,
        ];
    }

    /// <summary>Starts a program that is to end by itself with an error.</summary>
    public static async Task<(int ExitCode, string Error)> FailAsync(string[] arguments, CancellationToken cancellation)
    {
        using var process = Start(arguments);
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation).WaitAsync(TestCommunity.Patience, cancellation);
        return (process.ExitCode, error);
    }

    /// <summary>SIGKILL: nothing in the process gets to say goodbye.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The rounds as the API has them, once so many are settled.</summary>
    public async Task<JsonElement[]> UntilSettledAsync(int rounds, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Address) };
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var page = await http.GetFromJsonAsync<JsonElement>("/api/rounds", cancellation);
            JsonElement[] settled = [.. page.GetProperty("rounds").EnumerateArray().Where(round => round.GetProperty("settled").GetBoolean())];
            if (settled.Length >= rounds)
            {
                return settled;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < TestCommunity.Patience, $"Only {settled.Length} rounds are settled.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts the program and waits for nothing.</summary>
    public static Process Start(string[] arguments)
    {
        // The same configuration, Debug or Release, that these tests were built in.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(RepositoryFiles.Root, "src", "VirtualEnergy.P2P.Exchange", "bin", configuration, "net10.0", "VirtualEnergy.P2P.Exchange.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment["DOTNET_TieredPGO"] = "0"; // these processes do not live long enough to profit from being watched
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^Viewer and API: (http://\S+)\s+MQTT broker: (mqtt://\S+)$")]
    private static partial Regex Started();
}
