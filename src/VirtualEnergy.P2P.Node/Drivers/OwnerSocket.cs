using System.Net.Sockets;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>A socket in the file system that nobody but its owner can open: one line is asked, one is answered.</summary>
/// <param name="path">The socket's file; replaced where nobody listens there any more.</param>
/// <param name="mostBytes">Longest line that is read; a longer one is answered as far as it was read.</param>
/// <param name="answer">Answers a line; whatever comes must not make it throw.</param>
/// <param name="time">For patience with callers.</param>
public sealed class OwnerSocket(string path, int mostBytes, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> answer, TimeProvider time) : IAsyncDisposable
{
    /// <summary>More at once wait for their turn.</summary>
    private const int MostCallers = 8;

    /// <summary>So long one may take to ask: who never asks keeps his place for no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(MostCallers);
    private Socket? _listener;
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to listen.</summary>
    /// <returns>Why it cannot; null where it does.</returns>
    public string? Start()
    {
        try
        {
            var listener = Listen();
            _listener = listener;
            _running = Task.Run(() => ServeAsync(listener));
            return null;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            return failure.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _running.ConfigureAwait(false);
        for (var place = 0; place < MostCallers; place++)
        {
            await _places.WaitAsync().ConfigureAwait(false);
        }

        if (_listener is not null)
        {
            File.Delete(path);
        }

        _places.Dispose();
        _stopping.Dispose();
    }

    private Socket Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var end = new UnixDomainSocketEndPoint(path);
            if (File.Exists(path))
            {
                if (IsAnswered(end))
                {
                    throw new IOException("another node listens there");
                }

                File.Delete(path);
            }

            listener.Bind(end);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            // Nobody gets in before this.
            listener.Listen(MostCallers);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static bool IsAnswered(UnixDomainSocketEndPoint end)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(end);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Socket? caller = null;
            try
            {
                caller = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Who called is gone again, or this one stops.
            }

            _ = ServeAsync(caller, _stopping.Token);
        }
    }

    private async Task ServeAsync(Socket? caller, CancellationToken stopping)
    {
        try
        {
            if (caller is not null)
            {
                using (caller)
                {
                    await AnswerAsync(caller, stopping).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Who asked is gone, or took too long.
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task AnswerAsync(Socket caller, CancellationToken stopping)
    {
        var line = new byte[mostBytes];
        var length = 0;
        using (var limit = new CancellationTokenSource(Patience, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping))
        {
            while (length < line.Length && line.AsSpan(0, length).IndexOf((byte)'\n') < 0
                && await caller.ReceiveAsync(line.AsMemory(length), either.Token).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
            }
        }

        var end = line.AsSpan(0, length).IndexOf((byte)'\n');
        await caller.SendAsync((byte[])[.. await answer(line.AsMemory(0, end < 0 ? length : end), stopping).ConfigureAwait(false), (byte)'\n'], stopping).ConfigureAwait(false);
    }
}
