using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>A document is posted, its acknowledgement is the answer.</summary>
public sealed class EsmpEndpointTests : IDisposable
{
    private readonly EndpointCalls _calls = new();
    private readonly List<IEsmpDocument> _applied = [];

    public EsmpEndpointTests() => _calls.Routes.MapEsmp(new EsmpIntake(EsmpExamples.AtProvider, new FakeTimeProvider(EsmpExamples.Now), () => Guid.NewGuid().ToString(), document =>
    {
        _applied.Add(document);
        return [];
    }));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_answered_by_its_acknowledgement()
    {
        var acknowledgement = await new EsmpClient(_calls.Client()).SendAsync(EsmpExamples.Order(), Cancellation);
        Assert.True(acknowledgement.IsAcceptance);
        Assert.Equal(EsmpExamples.Order(), Assert.Single(_applied));
    }

    [Fact]
    public async Task A_refusal_is_an_acknowledgement_too()
    {
        var acknowledgement = await new EsmpClient(_calls.Client()).SendAsync(EsmpExamples.Order() with { ProcessType = "A51" }, Cancellation);
        Assert.Equal(["A02", "A79"], acknowledgement.Reasons.Select(reason => reason.Code));
    }

    [Fact]
    public async Task An_acknowledgement_has_no_answer()
    {
        using var answer = await Post(EsmpCodec.Write(EsmpExamples.Acknowledgement()), "application/xml");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/xml; charset=iso-8859-1", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/xml; charset=UTF-8", HttpStatusCode.BadRequest)]
    public async Task What_is_no_document_is_told_by_the_status(string type, HttpStatusCode status)
    {
        using var answer = await Post("<x/>"u8.ToArray(), type);
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fifty_megabytes_are_not_read_whether_announced_or_not(bool isAnnounced)
    {
        using var content = isAnnounced ? (HttpContent)new ByteArrayContent(new byte[50_000_000]) : new StreamContent(new EndlessStream());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/xml");
        using var answer = await _calls.Client().PostAsync("esmp", content, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(_applied);
    }

    [Fact]
    public async Task A_body_of_just_the_most_that_is_read_is_read()
    {
        Assert.Equal(BoundedXml.MostBytes, (await BoundedBody.ReadAsync(new MemoryStream(new byte[BoundedXml.MostBytes]), null, BoundedXml.MostBytes, Cancellation))!.Length);
        Assert.Null(await BoundedBody.ReadAsync(new MemoryStream(new byte[BoundedXml.MostBytes + 1]), null, BoundedXml.MostBytes, Cancellation));
        Assert.Empty((await BoundedBody.ReadAsync(new MemoryStream(), 0, 10, Cancellation))!);
    }

    public void Dispose() => _calls.Dispose();

    private async Task<HttpResponseMessage> Post(byte[] bytes, string type)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await _calls.Client().PostAsync("esmp", content, Cancellation);
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
