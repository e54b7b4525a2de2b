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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1.5);
    private static int s_started;

    private readonly Process _process;
    private readonly string _mark;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly SemaphoreSlim _arrived = new(0);

    private DemoProcess(Process process, string mark) => (_process, _mark) = (process, mark);

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

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        _process.WaitForExit(); // without a time limit it also waits for the last lines
        return _process.ExitCode;
    }

    /// <summary>The JSON object that the demo prints last.</summary>
    public JsonElement Summary() => JsonSerializer.Deserialize<JsonElement>(Output[^1]);

    /// <summary>Waits until either output has a line with the text, and gives the line.</summary>
    public async Task<string> LineAsync(string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            if (Output.Concat(Errors).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            Assert.False(_process.HasExited, $"It ended before it said \"{text}\":\n{string.Join('\n', Output.Concat(Errors))}");
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _arrived.Dispose();
    }

    private static DemoProcess Start(string folder, string assemblyName, string[] arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        // From the project's own output, as its user runs it: bin/Debug/net10.0 like ours.
        var output = Path.GetRelativePath(Path.Combine(RepositoryFiles.Root, "tests", "VirtualEnergy.P2P.DevnetTests"), AppContext.BaseDirectory);
        var assembly = Path.Combine(RepositoryFiles.Root, folder, output, assemblyName + ".dll");
        var mark = $"{Environment.ProcessId}-{Interlocked.Increment(ref s_started)}";
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = RepositoryFiles.Root,
            Environment = { [Mark] = mark },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var demo = new DemoProcess(new Process { StartInfo = start }, mark);
        demo._process.OutputDataReceived += (_, line) => demo.Keep(demo._output, line.Data);
        demo._process.ErrorDataReceived += (_, line) => demo.Keep(demo._errors, line.Data);
        demo._process.Start();
        demo._process.BeginOutputReadLine();
        demo._process.BeginErrorReadLine();
        return demo;
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

    private void Keep(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                lines.Add(line);
            }

            _arrived.Release();
        }
    }

    private ImmutableArray<string> Copy(List<string> lines)
    {
        lock (_output)
        {
            return [.. lines];
        }
    }
}
