using System.Diagnostics;
using System.Globalization;

namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>A running Anvil: an Ethereum chain of one process, on loopback only, because its keys are public.</summary>
/// <remarks>It ends with <see cref="DisposeAsync"/>, and on Unix also when this process is killed; see <see cref="AnvilCommand"/>.</remarks>
public sealed class AnvilProcess : IAsyncDisposable
{
    private const string ListeningOn = "Listening on ";
    private const int KeptErrorLines = 20;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _lastErrors = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? _anvilId;
    private bool _started;
    private bool _disposed;

    private AnvilProcess(Process process) => _process = process;

    /// <summary>Where the chain answers JSON-RPC: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri RpcUrl { get; private set; } = null!;

    /// <summary>Anvil's process id.</summary>
    public int ProcessId => _anvilId ?? _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that Anvil wrote to standard error.</summary>
    public string LastErrors
    {
        get
        {
            lock (_lastErrors)
            {
                return string.Join('\n', _lastErrors);
            }
        }
    }

    /// <summary>Starts Anvil and waits until it listens.</summary>
    /// <exception cref="AnvilStartException">It is missing, stopped at once, or took longer than the start timeout.</exception>
    public static async Task<AnvilProcess> StartAsync(AnvilOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        var executable = options.Executable ?? AnvilExecutable.InstalledPath;
        if (!File.Exists(executable))
        {
            throw new AnvilStartException($"Anvil is not at {executable}. Build the devnet again: the build installs it from npm.");
        }

        var anvil = new AnvilProcess(new Process { StartInfo = AnvilCommand.For(executable, options) });
        try
        {
            anvil.Start();
            await anvil.WaitUntilListeningAsync(options, time, cancellation);
            return anvil;
        }
        catch
        {
            await anvil.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_started)
        {
            await StopAsync();
        }

        _process.Dispose();
    }

    private void Start()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        try
        {
            _process.Start();
        }
        catch (System.ComponentModel.Win32Exception cannot)
        {
            throw new AnvilStartException($"{_process.StartInfo.FileName} cannot be started: {cannot.Message}", cannot);
        }

        _started = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _address.TrySetCanceled();
        }
        else if (line.StartsWith(AnvilCommand.ProcessIdLine, StringComparison.Ordinal))
        {
            _anvilId = int.Parse(line.AsSpan(AnvilCommand.ProcessIdLine.Length), CultureInfo.InvariantCulture);
        }
        else if (line.StartsWith(ListeningOn, StringComparison.Ordinal))
        {
            _address.TrySetResult(line[ListeningOn.Length..].Trim());
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lastErrors)
        {
            if (_lastErrors.Count == KeptErrorLines)
            {
                _lastErrors.Dequeue();
            }

            _lastErrors.Enqueue(line);
        }
    }

    private async Task WaitUntilListeningAsync(AnvilOptions options, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            RpcUrl = new Uri($"http://{await _address.Task.WaitAsync(options.StartTimeout, time, cancellation)}/");
        }
        catch (TimeoutException late)
        {
            await StopAsync(); // and all that it said is here
            throw new AnvilStartException($"Anvil did not listen within {options.StartTimeout.TotalSeconds:0} s. It said: {LastErrors}", late);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await _process.WaitForExitAsync(cancellation);
            throw new AnvilStartException($"Anvil stopped with exit code {_process.ExitCode} before it listened. It said: {LastErrors}");
        }
    }

    // End of input is the sign to stop; a tree kill is for the systems, and the cases, where nobody heeds it.
    private async Task StopAsync()
    {
        _process.StandardInput.Close();
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }

        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
