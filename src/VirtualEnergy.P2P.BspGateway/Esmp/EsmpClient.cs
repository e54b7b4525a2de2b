using System.Net.Http.Headers;
using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Sends documents to one partner and reads the acknowledgements.</summary>
/// <param name="http">With the partner's address as its base, and what it asks for to let us in.</param>
/// <param name="path">Where the partner takes documents.</param>
public sealed class EsmpClient(HttpClient http, string path = "esmp")
{
    /// <summary>The partner's acknowledgement.</summary>
    /// <exception cref="HttpRequestException">There is no answer, or none that acknowledges this document; sending it again is safe.</exception>
    public async Task<AcknowledgementDocument> SendAsync(IEsmpDocument document, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(EsmpCodec.Write(document)) { Headers = { ContentType = new MediaTypeHeaderValue("application/xml", "utf-8") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        using var body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var bytes = await BoundedBody.ReadAsync(body, answer.Content.Headers.ContentLength, BoundedXml.MostBytes, cancellation).ConfigureAwait(false);
        return EsmpCodec.Read(bytes ?? []).Document is AcknowledgementDocument acknowledgement
            && acknowledgement.Sender == document.Receiver
            && acknowledgement.ReceivedId == document.MRid
            && acknowledgement.ReceivedRevision == document.Revision
            ? acknowledgement
            : throw new HttpRequestException($"{http.BaseAddress}{path} did not acknowledge {document.MRid}: HTTP {(int)answer.StatusCode}.", null, answer.StatusCode);
    }
}
