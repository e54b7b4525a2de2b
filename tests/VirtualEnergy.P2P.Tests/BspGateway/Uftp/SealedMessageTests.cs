using System.Text;
using VirtualEnergy.P2P.BspGateway.Uftp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>Signatures and the mailbox that opens them.</summary>
public sealed class SealedMessageTests
{
    private readonly UftpMailbox _aggregator = new(UftpExamples.AtAggregator, UftpExamples.AggregatorKey);
    private readonly UftpMailbox _operator = new(UftpExamples.AtOperator, UftpExamples.OperatorKey);

    [Fact]
    public void The_seal_is_libsodiums()
    {
        // libsodium 1.0.18, crypto_sign_seed_keypair of the bytes 0 to 31 and crypto_sign of these fourteen characters.
        const string PublicKey = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
        const string Sealed = "pm8QuNMn4U1nhDLl9vUnq6cmRV+LldxPdGl2qCAlZkW6UsOhVRqalPq+EEQvZbmAC3Ln94Wpl2P6YMmJkqN2CTxUZXN0TWVzc2FnZS8+";
        var message = "<TestMessage/>"u8;
        Assert.Equal(PublicKey, Convert.ToBase64String(SealedMessage.PublicKeyOf(UftpExamples.AggregatorKey)));
        Assert.Equal(Sealed, Convert.ToBase64String(SealedMessage.Seal(message, UftpExamples.AggregatorKey)));
        Assert.Equal(Sealed, Convert.ToBase64String(SealedMessage.Seal(message, [.. UftpExamples.AggregatorKey, .. Convert.FromBase64String(PublicKey)])));
        Assert.Equal(message.ToArray(), SealedMessage.Open(Convert.FromBase64String(Sealed), Convert.FromBase64String(PublicKey)));
    }

    [Fact]
    public void The_signature_is_RFC_8032s()
    {
        // RFC 8032, section 7.1, test 3: the message af82.
        var seed = Convert.FromHexString("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
        const string Signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
        Assert.Equal(Signature + "af82", Convert.ToHexStringLower(SealedMessage.Seal([0xaf, 0x82], seed)));
        Assert.Equal("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", Convert.ToHexStringLower(SealedMessage.PublicKeyOf(seed)));
    }

    [Fact]
    public void A_bit_changed_anywhere_opens_nothing()
    {
        var sealedBytes = SealedMessage.Seal("<TestMessage/>"u8, UftpExamples.AggregatorKey);
        var key = SealedMessage.PublicKeyOf(UftpExamples.AggregatorKey);
        for (var bit = 0; bit < 8 * sealedBytes.Length; bit++)
        {
            var changed = sealedBytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SealedMessage.Open(changed, key));
        }

        Assert.Null(SealedMessage.Open(sealedBytes.AsSpan(0, 63), key));
        Assert.Null(SealedMessage.Open(sealedBytes, SealedMessage.PublicKeyOf(UftpExamples.OperatorKey)));
    }

    [Theory]
    [InlineData("cs1.A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgDoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA==", true)] // with a key for encryption after it
    [InlineData("cs1.V4lZrkYHq8FzneXxUML+QEMXMul3tBm+gPGoVDIZBA92VoWTu8/kRu2Zx72XOm1i/qwwoSgXjqSAqSa43myCaQ==", false)] // the specification's example, whose bytes are no key of the curve's group
    [InlineData("cs1.A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", true)]
    [InlineData("cs2.A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", false)]
    [InlineData("cs1.A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMQ==", false)]
    [InlineData("cs1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)] // a point of small order
    [InlineData("cs1.not base 64", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_key_is_read_or_refused(string? text, bool isKey) => Assert.Equal(isKey, SealedMessage.TryReadKey(text, out _));

    [Fact]
    public void What_one_seals_the_other_opens()
    {
        var request = UftpExamples.Request();
        var arrival = _aggregator.Open(_operator.Seal(request));
        Assert.Equal((200, null), (arrival.Status, arrival.Rejection));
        Assert.Equal(request, arrival.Message);
        Assert.Equal(UftpExamples.GridOperator, arrival.Sender!.Domain);
    }

    [Fact]
    public void A_message_is_taken_once()
    {
        var request = UftpExamples.Request();
        _aggregator.Open(_operator.Seal(request));
        Assert.Equal("Already Submitted", _aggregator.Open(_operator.Seal(request)).Rejection);
        Assert.Equal("Duplicate Identifier", _aggregator.Open(_operator.Seal(request with { Revision = 2 })).Rejection);
    }

    [Theory]
    [InlineData("garbage", 400)]
    [InlineData("inner garbage", 400)]
    [InlineData("no base 64", 400)]
    [InlineData("a stranger", 419)]
    [InlineData("another's key", 401)]
    public void What_cannot_be_opened_has_its_status(string what, int status)
    {
        var bytes = what switch
        {
            "garbage" => "<SignedMessage/>"u8.ToArray(),
            "inner garbage" => UftpCodec.Write(new SignedMessage { SenderDomain = UftpExamples.GridOperator, SenderRole = UftpRole.DSO, Body = Convert.ToBase64String(SealedMessage.Seal("<Hello/>"u8, UftpExamples.OperatorKey)) }),
            "no base 64" => UftpCodec.Write(new SignedMessage { SenderDomain = UftpExamples.GridOperator, SenderRole = UftpRole.DSO, Body = "***" }),
            "a stranger" => UftpCodec.Write(new SignedMessage { SenderDomain = "stranger.example.org", SenderRole = UftpRole.DSO, Body = "AAAA" }),
            _ => new UftpMailbox(UftpExamples.AtOperator, UftpExamples.AggregatorKey).Seal(UftpExamples.Request()),
        };
        var arrival = _aggregator.Open(bytes);
        Assert.Equal((status, null), (arrival.Status, arrival.Message));
    }

    [Fact]
    public void A_message_that_is_not_what_its_cover_says_is_rejected_with_the_reason()
    {
        Assert.Equal("Mismatch SenderDomain", Open(UftpExamples.Request() with { SenderDomain = "other.example.org" }));
        Assert.Equal("Unknown RecipientDomain", Open(UftpExamples.Request() with { RecipientDomain = "other.example.org" }));
        Assert.Equal("Invalid Message", Open(UftpExamples.Offer() with { SenderDomain = UftpExamples.GridOperator, RecipientDomain = UftpExamples.Aggregator }));
        Assert.Equal("Invalid Version", Open(UftpExamples.Request() with { Version = "2.0.0" }));
        var barring = UftpExamples.AtAggregator with { Participants = [UftpExamples.AtAggregator.Participants[0] with { IsBarred = true }] };
        Assert.Equal("Barred Sender", new UftpMailbox(barring, UftpExamples.AggregatorKey).Open(_operator.Seal(UftpExamples.Request())).Rejection);
        string? Open(UftpMessage message) => _aggregator.Open(_operator.Seal(message)).Rejection;
    }

    [Fact]
    public void Bombs_inside_a_right_signature_do_nothing()
    {
        foreach (var inner in new[] { "<!DOCTYPE l [<!ENTITY a \"ha\">]><l>&a;</l>", "<!DOCTYPE l SYSTEM \"file:///etc/passwd\"><l/>", new string('<', 1_000_000), "" })
        {
            var sealedBytes = SealedMessage.Seal(Encoding.UTF8.GetBytes(inner), UftpExamples.OperatorKey);
            Assert.Equal(400, _aggregator.Open(UftpCodec.Write(new SignedMessage { SenderDomain = UftpExamples.GridOperator, SenderRole = UftpRole.DSO, Body = Convert.ToBase64String(sealedBytes) })).Status);
        }
    }
}
