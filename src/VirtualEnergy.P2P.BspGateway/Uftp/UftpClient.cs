using System.Net;
using System.Net.Http.Headers;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Delivers signed messages, in either role.</summary>
/// <param name="http">Makes the requests.</param>
/// <param name="profile">Where the others are.</param>
/// <param name="mailbox">Signs.</param>
/// <param name="time">The clock of the waits between attempts.</param>
public sealed class UftpClient(HttpClient http, UftpProfile profile, UftpMailbox mailbox, TimeProvider time)
{
    /// <summary>How long delivery is tried: the specification asks for an hour at least.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Delivers one message. Server errors, 404, 419, 429 and broken connections are tried again, after 1 s, 2 s, 4 s … up to 5
    /// minutes; the same bytes, so a message that arrived and was not confirmed is known again there.
    /// </summary>
    /// <exception cref="HttpRequestException">It was refused for good, or patience is at its end; the message says which.</exception>
    public Task SendAsync(UftpMessage message, CancellationToken cancellation) => SendAsync(message, Patience, cancellation);

    /// <summary>The same with less patience, for a message that has waited for others; it is tried once in any case.</summary>
    internal async Task SendAsync(UftpMessage message, TimeSpan patience, CancellationToken cancellation)
    {
        var role = Recipient(message);
        var address = profile.Find(message.RecipientDomain, role)?.Endpoint ?? throw new HttpRequestException($"There is no address of {message.RecipientDomain} as {role}: it belongs into the participants.");
        var (bytes, start, wait) = (mailbox.Seal(message), time.GetTimestamp(), TimeSpan.FromSeconds(1));
        while (true)
        {
            var status = await PostAsync(address, bytes, cancellation).ConfigureAwait(false);
            if (status is HttpStatusCode.OK)
            {
                return;
            }

            if (status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not (HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or (HttpStatusCode)419)
                || time.GetElapsedTime(start) + wait > patience)
            {
                throw new HttpRequestException($"{address} did not take {message.GetType().Name} {message.MessageId}: {(status is { } told ? $"HTTP {(int)told}" : "no answer")}.", null, status);
            }

            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
            wait = wait < TimeSpan.FromMinutes(2.5) ? wait * 2 : TimeSpan.FromMinutes(5);
        }
    }

    private async Task<HttpStatusCode?> PostAsync(Uri address, byte[] bytes, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("text/xml", "utf-8") } };
        try
        {
            using var answer = await http.PostAsync(address, content, cancellation).ConfigureAwait(false);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null; // the client's own limit of time
        }
    }

    // A domain may have several roles; test messages go to whichever is known.
    private UftpRole Recipient(UftpMessage message) => message is TestMessage or TestMessageResponse
        ? profile.Participants.FirstOrDefault(participant => participant.Domain == message.RecipientDomain)?.Role ?? default
        : UftpKind.Of(message).To;
}
