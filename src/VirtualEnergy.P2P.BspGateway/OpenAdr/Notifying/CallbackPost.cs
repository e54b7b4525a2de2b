using System.Net.Http.Headers;
using System.Threading.Channels;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Notifying;

/// <summary>
/// Sends notifications to the addresses that clients gave. Each subscription has a queue and a sender of its own, so that one
/// that hangs holds up nobody; three attempts, then the notification is lost (a client that was away reads the objects anew).
/// </summary>
/// <param name="policy">Where the VTN lets itself be sent to.</param>
internal sealed class CallbackPost(HttpClient http, CallbackPolicy policy, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int MostWaiting = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    private readonly Lock _turn = new();
    private readonly Dictionary<string, (Channel<Letter> Letters, Task Sender)> _senders = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Puts a notification in the queue; the oldest gives way when it is full. Never waits.</summary>
    public void Send(string subscription, Uri address, string? bearerToken, byte[] notification)
    {
        lock (_turn)
        {
            if (!_senders.TryGetValue(subscription, out var sender))
            {
                var letters = Channel.CreateBounded<Letter>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
                sender = _senders[subscription] = (letters, Task.Run(() => SendAllAsync(subscription, letters.Reader)));
            }

            sender.Letters.Writer.TryWrite(new Letter(address, bearerToken, notification));
        }
    }

    /// <summary>A subscription is gone: what waits is still sent.</summary>
    public void End(string subscription)
    {
        lock (_turn)
        {
            if (_senders.Remove(subscription, out var sender))
            {
                sender.Letters.Writer.Complete();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] senders;
        lock (_turn)
        {
            senders = [.. _senders.Values.Select(sender => sender.Sender)];
        }

        await Task.WhenAll(senders).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task SendAllAsync(string subscription, ChannelReader<Letter> letters)
    {
        var silent = false;
        try
        {
            await foreach (var letter in letters.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                var problem = await TryAsync(letter).ConfigureAwait(false);
                if (problem is not null && !silent)
                {
                    logger.LogWarning("Subscription {Subscription}: {Address} does not take notifications: {Problem}", subscription, letter.Address.Host, problem);
                }

                silent = problem is not null;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The VTN stops; what waits is read anew by its clients.
        }
    }

    private async Task<string?> TryAsync(Letter letter)
    {
        if (policy.Refusal(letter.Address) is { } refusal)
        {
            return refusal;
        }

        for (var attempt = 0; ; attempt++)
        {
            var problem = await PostAsync(letter).ConfigureAwait(false);
            if (problem is null || attempt == Pauses.Length)
            {
                return problem;
            }

            await Task.Delay(Pauses[attempt], time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<string?> PostAsync(Letter letter)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, patience.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, letter.Address) { Content = new ByteArrayContent(letter.Notification) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (letter.BearerToken is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : $"it answers {(int)answer.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or FormatException || (failure is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return failure is OperationCanceledException ? "no answer within ten seconds" : failure.Message;
        }
    }

    private sealed record Letter(Uri Address, string? BearerToken, byte[] Notification);
}
