using System.Diagnostics;
using System.Reflection;

namespace VirtualEnergy.P2P.DevnetTests.OpenAdr;

/// <summary>Prism between a client and a server: it passes everything on, and says in a header what is not as the OpenAPI document has it.</summary>
internal sealed class PrismProxy : IAsyncDisposable
{
    private readonly Process _process;

    private PrismProxy(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<PrismProxy> StartAsync(string document, Uri server, CancellationToken cancellation)
    {
        var modules = typeof(PrismProxy).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "PrismModules").Value!;
        var port = OwnPort.Next(); // Prism takes no port 0
        var start = new ProcessStartInfo(
            "node", [Path.Combine(modules, "@stoplight", "prism-cli", "dist", "index.js"), "proxy", "-h", "127.0.0.1", "-p", $"{port}", document, server.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new List<string>();
        void Read(object sender, DataReceivedEventArgs line)
        {
            lock (lines)
            {
                lines.Add(line.Data ?? "");
            }

            if (line.Data?.Contains("Prism is listening", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        }

        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await listening.Task.WaitAsync(Hang.After, cancellation);
        }
        catch (TimeoutException)
        {
            process.Kill();
            lock (lines)
            {
                throw new InvalidOperationException("Prism does not listen: " + string.Join('\n', lines.TakeLast(10)));
            }
        }

        return new PrismProxy(process, new Uri($"http://127.0.0.1:{port}"));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
