using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Anvil;

public sealed class AnvilProcessTests
{
    private static readonly TimeSpan Deadline = Hang.After;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_executable_is_named_with_what_to_do()
    {
        var refusal = await Assert.ThrowsAsync<AnvilStartException>(() =>
            AnvilProcess.StartAsync(new AnvilOptions { Executable = "/nowhere/anvil" }, TimeProvider.System, Cancellation));
        Assert.Equal("Anvil is not at /nowhere/anvil. Build the devnet again: the build installs it from npm.", refusal.Message);
    }

    [Fact]
    public async Task Anvils_own_words_come_with_an_early_end()
    {
        await using var first = await StartAsync();
        var refusal = await Assert.ThrowsAsync<AnvilStartException>(() => StartAsync(new AnvilOptions { Port = first.RpcUrl.Port }));
        Assert.Contains("before it listened", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_never_listens_is_given_up_after_the_timeout()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The test's stand-in for Anvil is a Unix script.");
            return;
        }

        var folder = Directory.CreateTempSubdirectory("silent-");
        try
        {
            var (script, hasSpoken) = (Path.Combine(folder.FullName, "silent.sh"), Path.Combine(folder.FullName, "spoken"));
            await File.WriteAllTextAsync(script, $"#!/bin/sh\necho cannot think >&2\necho > {hasSpoken}\nexec sleep 600\n", Cancellation);
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var time = new FakeTimeProvider();
            var starting = AnvilProcess.StartAsync(new AnvilOptions { Executable = script, StartTimeout = TimeSpan.FromSeconds(2) }, time, Cancellation);
            await UntilAsync(() => Task.FromResult(File.Exists(hasSpoken)));
            time.Advance(TimeSpan.FromSeconds(2));
            var refusal = await Assert.ThrowsAsync<AnvilStartException>(() => starting);
            Assert.Equal("Anvil did not listen within 2 s. It said: cannot think", refusal.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Two_chains_run_side_by_side_on_free_ports_of_loopback()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync(new AnvilOptions { ChainId = 424242 });
        Assert.NotEqual(first.RpcUrl.Port, second.RpcUrl.Port);
        Assert.True(first.RpcUrl.IsLoopback);
        Assert.Equal(31337ul, await ChainIdAsync(first));
        Assert.Equal(424242ul, await ChainIdAsync(second));
    }

    [Fact]
    public async Task Blocks_come_by_themselves_at_a_given_pace()
    {
        await using var anvil = await StartAsync(new AnvilOptions { BlockTime = TimeSpan.FromSeconds(1) });
        using var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System);
        await UntilAsync(async () => await client.BlockNumberAsync(Cancellation) >= 2);
    }

    [Fact]
    public async Task The_dev_accounts_are_rich()
    {
        await using var anvil = await StartAsync();
        using var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System);
        foreach (var key in DevAccounts.Keys)
        {
            // 10,000 ETH in wei.
            Assert.Equal(10_000 * System.Numerics.BigInteger.Pow(10, 18), await client.BalanceAsync(key.Address, Cancellation));
        }
    }

    [Fact]
    public async Task Old_states_are_let_go_so_that_a_long_chain_fills_no_disk()
    {
        await using var anvil = await StartAsync();
        const int Mined = 3 * AnvilCommand.StatesKept;
        await AskAsync(anvil, "anvil_mine", $"0x{Mined:x}");

        Assert.True((await BalanceAsync(Mined - AnvilCommand.StatesKept + 1)).TryGetProperty("result", out _));

        // What is neither in memory nor refused would be on the disk, where a killed process leaves it.
        Assert.Contains("BlockOutOfRange", (await BalanceAsync(1)).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        Task<JsonElement> BalanceAsync(int block) => AskAsync(anvil, "eth_getBalance", DevAccounts.Keys[0].Address.ToString(), $"0x{block:x}");
    }

    [Fact]
    public async Task Nothing_is_left_behind()
    {
        var anvil = await StartAsync();
        var id = anvil.ProcessId;
        Assert.True(IsRunning(id));
        await anvil.DisposeAsync();
        await anvil.DisposeAsync();
        await UntilAsync(() => Task.FromResult(!IsRunning(id)));
    }

    [Fact]
    public async Task Anvil_dies_with_a_parent_that_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows Anvil outlives a parent that is killed; AnvilCommand says why.");

        // Node stands for the devnet: it starts the same command, holds its input open, and is killed with SIGKILL.
        var command = AnvilCommand.For(AnvilExecutable.InstalledPath, new AnvilOptions());
        var script = $"const child = require('child_process').spawn({JsonSerializer.Serialize(command.FileName)}, "
            + $"{JsonSerializer.Serialize(command.ArgumentList)}, {{ stdio: ['pipe', 'pipe', 'ignore'] }}); child.stdout.pipe(process.stdout);";
        using var parent = Process.Start(new ProcessStartInfo("node", ["-e", script]) { RedirectStandardOutput = true })!;
        var id = await ProcessIdOnceListeningAsync(parent.StandardOutput).WaitAsync(Deadline, Cancellation);

        Assert.True(IsRunning(id));
        parent.Kill();
        await UntilAsync(() => Task.FromResult(!IsRunning(id)));
    }

    private static async Task<int> ProcessIdOnceListeningAsync(StreamReader output)
    {
        var id = 0;
        while (await output.ReadLineAsync(Cancellation) is { } line && !line.StartsWith("Listening on", StringComparison.Ordinal))
        {
            if (line.StartsWith(AnvilCommand.ProcessIdLine, StringComparison.Ordinal))
            {
                id = int.Parse(line.AsSpan(AnvilCommand.ProcessIdLine.Length), System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return id;
    }

    private static Task<AnvilProcess> StartAsync(AnvilOptions? options = null) =>
        AnvilProcess.StartAsync(options ?? new AnvilOptions(), TimeProvider.System, Cancellation);

    private static async Task<JsonElement> AskAsync(AnvilProcess anvil, string method, params string[] parameters)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(anvil.RpcUrl, new { jsonrpc = "2.0", id = 1, method, @params = parameters }, Cancellation);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private static async Task<ulong> ChainIdAsync(AnvilProcess anvil)
    {
        using var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System);
        return await client.ChainIdAsync(Cancellation);
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, "The condition did not come true in time.");
            await Task.Yield();
        }
    }
}
