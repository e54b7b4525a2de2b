using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>What a page said, asked for and was refused, so that a wait in vain tells why.</summary>
internal sealed class PageWitness
{
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentDictionary<IRequest, byte> _unanswered = new();

    public PageWitness(IPage page)
    {
        _page = page;
        page.Console += (_, message) => _said.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _said.Enqueue($"error: {error}");
        page.Crash += (_, _) => _said.Enqueue("crashed");
        page.Request += (_, request) => _unanswered.TryAdd(request, 0);
        page.RequestFinished += (_, request) => _unanswered.TryRemove(request, out byte _);
        page.RequestFailed += (_, request) =>
        {
            _unanswered.TryRemove(request, out byte _);
            _said.Enqueue($"failed: {request.Url}: {request.Failure}");
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                _said.Enqueue($"{response.Status}: {response.Url}");
            }
        };
        page.WebSocket += (_, socket) =>
        {
            _said.Enqueue($"web socket {socket.Url}");
            socket.Close += (_, _) => _said.Enqueue("web socket closed");
            socket.SocketError += (_, error) => _said.Enqueue($"web socket: {error}");
        };
    }

    /// <exception cref="TimeoutException">What was waited for did not come; with what the page did meanwhile.</exception>
    public async Task UntilAsync(Func<Task> wait)
    {
        try
        {
            await wait();
        }
        catch (TimeoutException inVain)
        {
            throw new TimeoutException($"{inVain.Message}\n{await TellAsync()}", inVain);
        }
    }

    private async Task<string> TellAsync()
    {
        var unanswered = _unanswered.Keys.Select(request => $"not answered: {request.Url}");
        return string.Join('\n', [.. _said, .. unanswered, $"the page: {await LookAsync()}"]);
    }

    // Whether frames are drawn is told too: what a locator waits for is looked at once a frame.
    private async Task<string> LookAsync()
    {
        try
        {
            return await _page.EvaluateAsync<string>(
                """
                async () => {
                  const frames = await Promise.race([new Promise(drawn => requestAnimationFrame(() => drawn(true))), new Promise(late => setTimeout(late, 3000, false))]);
                  const connection = document.querySelector('[data-testid=connection]')?.outerHTML;
                  return JSON.stringify({ frames, visibility: document.visibilityState, ready: document.readyState, loaded: document.body.dataset.loaded, connection });
                }
                """).WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
        {
            return failure.Message;
        }
    }
}
