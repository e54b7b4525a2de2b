using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>The demo (or <c>ve</c>) as its user starts it: a process, its two outputs, its exit code, and what it leaves behind.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private const string Mark = "VE_TEST_MARK";
    private static readonly Lazy<bool> CanRestoreSignals = new(EnvKnowsSignals);
    private static int s_started;

    private readonly Process _process;
    private readonly string _mark;

    /// <summary>Its temporary folder: what was killed cannot clean up after itself.</summary>
    private readonly DirectoryInfo _temporary;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    // Not disposed: a last line may come after the test.
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>How many of its two outputs have ended.</summary>
    private volatile int _ended;

    private DemoProcess(Process process, string mark, DirectoryInfo temporary) => (_process, _mark, _temporary) = (process, mark, temporary);

    public ImmutableArray<string> Output => Copy(_output);

    public ImmutableArray<string> Errors => Copy(_errors);

    public static DemoProcess Demo(params string[] arguments) => Start("devnet", "VirtualEnergy.P2P.Devnet", arguments, []);

    public static DemoProcess Ve(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("src/VirtualEnergy.P2P.Node", "VirtualEnergy.P2P.Node", arguments, environment);

    /// <summary>Runs to the end and gives exit code and outputs.</summary>
    public static async Task<(int ExitCode, DemoProcess Demo)> RunAsync(params string[] arguments)
    {
        var demo = Demo(arguments);
        return (await demo.ExitAsync(), demo);
    }

    /// <param name="patience">After so long it hangs; null takes what is enough for most.</param>
    public async Task<int> ExitAsync(TimeSpan? patience = null)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience ?? Hang.After, TestContext.Current.CancellationToken);
        _process.WaitForExit(); // without a time limit it also waits for the last lines
        return _process.ExitCode;
    }

    /// <summary>The JSON object that the demo prints last.</summary>
    public JsonElement Summary() => JsonSerializer.Deserialize<JsonElement>(Output[^1]);

    /// <summary>Waits until either output has a line with the text, and gives the line.</summary>
    public async Task<string> LineAsync(string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Hang.After);
        while (true)
        {
            // Asked before looking: of a process that has ended, everything it said is there.
            var hasEnded = _ended == 2;
            if (Output.Concat(Errors).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            Assert.False(hasEnded, $"It ended before it said \"{text}\":\n{string.Join('\n', Output.Concat(Errors))}");
            await _arrived.WaitAsync(patience.Token);
        }
    }

    /// <summary>Ctrl-C, or what a service manager sends.</summary>
    public void Signal(PosixSignal signal)
    {
        using var kill = Process.Start("kill", [signal == PosixSignal.SIGINT ? "-INT" : "-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Kill() => _process.Kill();

    /// <summary>Ids of living processes that this one started, or that those started: they inherit its mark.</summary>
    public IEnumerable<int> LeftBehind() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!)
            .Where(id => id != _process.Id && HasMark(id));

    /// <summary>Children notice the end of what started them in their own time.</summary>
    public async Task NothingIsLeftAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Hang.After);
        while (LeftBehind().ToList() is { Count: > 0 } left)
        {
            Assert.False(patience.IsCancellationRequested, $"Still running: {string.Join(", ", left)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        DeleteTemporary();
    }

    private static DemoProcess Start(string folder, string assemblyName, string[] arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        // From the project's own output, as its user runs it: bin/Debug/net10.0 like ours.
        var output = Path.GetRelativePath(Path.Combine(RepositoryFiles.Root, "tests", "VirtualEnergy.P2P.DevnetTests"), AppContext.BaseDirectory);
        var assembly = Path.Combine(RepositoryFiles.Root, folder, output, assemblyName + ".dll");
        var mark = $"{Environment.ProcessId}-{Interlocked.Increment(ref s_started)}";
        var temporary = Directory.CreateTempSubdirectory("ve-demo-");

        // An ignored signal stays ignored over exec, and a shell's background jobs ignore Ctrl-C: without this, so would what we start
        // whenever the tests themselves run in one. env becomes the program, so the process is still the one that we know.
        string[] program = CanRestoreSignals.Value ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(program[0], [.. program[1..], assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = RepositoryFiles.Root,
            Environment = { [Mark] = mark, ["TMPDIR"] = temporary.FullName },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var demo = new DemoProcess(new Process { StartInfo = start }, mark, temporary);
        demo._process.OutputDataReceived += (_, line) => demo.Keep(demo._output, line.Data);
        demo._process.ErrorDataReceived += (_, line) => demo.Keep(demo._errors, line.Data);
        demo._process.Start();
        demo._process.BeginOutputReadLine();
        demo._process.BeginErrorReadLine();
        return demo;
    }

    /// <summary>GNU's env does, from coreutils 8.31 on; that of BusyBox and macOS does not.</summary>
    private static bool EnvKnowsSignals()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var attempt = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "true"]) { RedirectStandardError = true })!;
        attempt.StandardError.ReadToEnd();
        attempt.WaitForExit();
        return attempt.ExitCode == 0;
    }

    private bool HasMark(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Split('\0').Contains($"{Mark}={_mark}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or another user's
        }
    }

    // What was killed with it may still be writing there.
    private void DeleteTemporary()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _temporary.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Yield();
            }
        }
    }

    private void Keep(List<string> lines, string? line)
    {
        lock (_output)
        {
            if (line is null)
            {
                _ended++;
            }
            else
            {
                lines.Add(line);
            }
        }

        _arrived.Release();
    }

    private ImmutableArray<string> Copy(List<string> lines)
    {
        lock (_output)
        {
            return [.. lines];
        }
    }
}
