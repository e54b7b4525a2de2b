using System.Threading.Channels;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>Delivers what is to be sent: to each partner one message after the other, so that an answer is not overtaken by what follows it.</summary>
/// <param name="client">Delivers, with its patience: a message's hour begins when it is sent here, so a partner that is away for long does not hold up what comes after.</param>
/// <param name="time">The client's clock.</param>
/// <param name="done">A message is delivered (null) or never will be, and why.</param>
internal sealed class UftpOutbox(UftpClient client, TimeProvider time, Action<UftpMessage, string?> done) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Channel<(UftpMessage Message, long Since)> Queue, Task Sender)> _senders = [];
    private readonly CancellationTokenSource _stop = new();
    private int _waiting;

    /// <summary>How many messages are under way.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes a message at once. What is not delivered when the gateway stops is in the journal.</summary>
    public void Send(UftpMessage message)
    {
        lock (_gate)
        {
            if (!_senders.TryGetValue(message.RecipientDomain, out var sender))
            {
                var queue = Channel.CreateUnbounded<(UftpMessage Message, long Since)>(new UnboundedChannelOptions { SingleReader = true });
                sender = _senders[message.RecipientDomain] = (queue, Task.Run(() => SendAllAsync(queue.Reader)));
            }

            Interlocked.Increment(ref _waiting);
            sender.Queue.Writer.TryWrite((message, time.GetTimestamp()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] senders;
        lock (_gate)
        {
            senders = [.. _senders.Values.Select(sender => sender.Sender)];
        }

        await Task.WhenAll(senders).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task SendAllAsync(ChannelReader<(UftpMessage Message, long Since)> queue)
    {
        try
        {
            await foreach (var (message, since) in queue.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                done(message, await SendAsync(message, client.Patience - time.GetElapsedTime(since)).ConfigureAwait(false));
                Interlocked.Decrement(ref _waiting);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway stops; the rest is delivered after its next start.
        }
    }

    private async Task<string?> SendAsync(UftpMessage message, TimeSpan patience)
    {
        try
        {
            await client.SendAsync(message, patience, _stop.Token).ConfigureAwait(false);
            return null;
        }
        catch (HttpRequestException refused)
        {
            return refused.Message;
        }
    }
}
