using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using CsCheck;
using VirtualEnergy.P2P.BspGateway.Uftp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>Messages as bytes and as records, beside the specification's own schemas, ../shared/schemas/uftp.</summary>
public sealed class UftpCodecTests
{
    private static readonly Lazy<XmlSchemaSet> Schemas = new(() =>
    {
        var set = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        set.Add(null, Path.Combine(RepositoryFiles.Shared("schemas/uftp/test/schema"), "UFTP-agr.xsd"));
        set.Compile();
        return set;
    });

    public static TheoryData<int> Examples => [.. Enumerable.Range(0, UftpExamples.All.Count)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void What_is_written_is_valid_by_the_schema_and_read_back_the_same(int example)
    {
        var bytes = UftpCodec.Write(UftpExamples.All[example]);
        Assert.Empty(Against(bytes));
        Assert.Equal(UftpExamples.All[example], UftpCodec.Read(bytes, out _));
    }

    [Fact]
    public void Every_kind_of_message_has_an_example() =>
        Assert.Empty(typeof(UftpMessage).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(UftpMessage)) && !type.IsAbstract).Except(UftpExamples.All.Select(message => message.GetType())));

    [Fact]
    public void Random_offers_are_valid_and_come_back_the_same() => UftpExamples.RandomOffers.Sample(
        offer =>
        {
            var bytes = UftpCodec.Write(offer);
            Assert.Empty(Against(bytes));
            Assert.Equal(offer, UftpCodec.Read(bytes, out _));
        },
        iter: 300);

    [Fact]
    public void A_sealed_message_is_valid_by_the_schema() => Assert.Empty(Against(new UftpMailbox(UftpExamples.AtAggregator, UftpExamples.AggregatorKey).Seal(UftpExamples.Prognosis())));

    [Theory]
    [InlineData("ISP-Duration=\"PT15M\"", "ISP-Duration=\"PT15\"", "ISP-Duration")]
    [InlineData("ISP-Duration=\"PT15M\"", "ISP-Duration=\"P1M\"", "ISP-Duration")]
    [InlineData("Period=\"2026-07-15\"", "Period=\"2026-7-15\"", "Period")]
    [InlineData("Period=\"2026-07-15\"", "Period=\"2026-02-29\"", "Period")]
    [InlineData("TimeStamp=\"2026-07-14T14:00:00+00:00\"", "TimeStamp=\"2026-07-14T14:00:00\"", "TimeStamp")]
    [InlineData("CongestionPoint=\"ean.871685900012636543\"", "CongestionPoint=\"871685900012636543\"", "CongestionPoint")]
    [InlineData("SenderDomain=\"dso.example.org\"", "SenderDomain=\"DSO.example.org\"", "SenderDomain")]
    [InlineData("SenderDomain=\"dso.example.org\"", "", "SenderDomain")]
    [InlineData("Disposition=\"Requested\"", "Disposition=\"requested\"", "ISP[1]/Disposition")]
    [InlineData("Disposition=\"Requested\"", "Disposition=\"1\"", "ISP[1]/Disposition")]
    [InlineData("Start=\"77\"", "Start=\"0\"", "ISP[1]/Start")]
    [InlineData("Duration=\"4\"", "Duration=\"-1\"", "ISP[1]/Duration")]
    [InlineData("MinPower=\"-60000\"", "MinPower=\"-60000.5\"", "ISP[1]/MinPower")]
    [InlineData("MinPower=\"-60000\"", "MinPower=\"99999999999999999999\"", "ISP[1]/MinPower")]
    [InlineData("Revision=\"1\"", "Revision=\"1\" Extra=\"1\"", "")]
    public void A_fault_is_named_by_its_place(string right, string wrong, string place)
    {
        var text = Encoding.UTF8.GetString(UftpCodec.Write(UftpExamples.Request()));
        var at = text.IndexOf(" " + right, StringComparison.Ordinal) + 1;
        Assert.True(at > 0, right);
        Assert.Null(UftpCodec.Read(Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]), out var faults));
        Assert.Contains(faults, fault => fault.Path == place);
    }

    [Fact]
    public void What_others_write_is_read()
    {
        // Nanoseconds, the attributes in another order, a namespace for hints, and the default duration left out.
        var text = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <FlexOfferRevocation xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="UFTP-agr.xsd" FlexOfferMessageID="0AA8F5C6-1B2D-4E3F-8A9B-0C1D2E3F4A5B"
              ConversationID="1aa8f5c6-1b2d-4e3f-8a9b-0c1d2e3f4a5b" MessageID="2aa8f5c6-1b2d-4e3f-8a9b-0c1d2e3f4a5b" TimeStamp="2026-07-14T16:00:00.123456789+02:00" RecipientDomain="dso.example.org" SenderDomain="agr.example.org" Version="3.1.0"/>
            """;
        var message = Assert.IsType<FlexOfferRevocation>(UftpCodec.Read(Encoding.UTF8.GetBytes(text), out var faults));
        Assert.Empty(faults);
        Assert.Equal(UftpExamples.Now.AddTicks(1_234_567), message.TimeStamp);
        Assert.Equal(new Guid("0aa8f5c6-1b2d-4e3f-8a9b-0c1d2e3f4a5b"), message.FlexOfferMessageId);
    }

    private static List<string> Against(byte[] message)
    {
        var problems = new List<string>();
        XDocument.Load(new MemoryStream(message)).Validate(Schemas.Value, (_, problem) => problems.Add(problem.Message));
        return problems;
    }
}
