using System.Text;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>What is made to harm its reader.</summary>
public sealed class EsmpHostileTests
{
    public static readonly TheoryData<string, byte[]> Documents = new()
    {
        { "nothing", [] },
        { "spaces", [.. "   \n"u8] },
        { "a billion laughs", [.. "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><l>&c;</l>"u8] },
        { "a quadratic blow-up", [.. Encoding.UTF8.GetBytes($"<!DOCTYPE l [<!ENTITY a \"{new string('x', 50_000)}\">]><l>{string.Concat(Enumerable.Repeat("&a;", 1_000))}</l>")] },
        { "a file from outside", [.. "<!DOCTYPE l [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><l>&f;</l>"u8] },
        { "an address from outside", [.. "<!DOCTYPE l SYSTEM \"http://127.0.0.1:1/x.dtd\"><l/>"u8] },
        { "a parameter entity", [.. "<!DOCTYPE l [<!ENTITY % p SYSTEM \"file:///dev/random\"> %p;]><l/>"u8] },
        { "an entity nobody declared", [.. "<l>&nbsp;</l>"u8] },
        { "UTF-16", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("<l/>")] },
        { "UTF-16 without a mark", Encoding.BigEndianUnicode.GetBytes("<l/>") },
        { "UTF-32", [.. Encoding.UTF32.GetPreamble(), .. Encoding.UTF32.GetBytes("<l/>")] },
        { "Latin 1 by name", [.. "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><l/>"u8] },
        { "Latin 1 by bytes", [.. "<l>"u8, 0xE8, .. "</l>"u8] },
        { "a half of a surrogate", [.. "<l>"u8, 0xED, 0xA0, 0x80, .. "</l>"u8] },
        { "an overlong slash", [.. "<l>"u8, 0xC0, 0xAF, .. "</l>"u8] },
        { "a character that XML has not", [.. "<l>&#0;</l>"u8] },
        { "a processing instruction", [.. "<?xml-stylesheet href=\"x\"?><l/>"u8] },
        { "two outermost elements", [.. "<l/><l/>"u8] },
        { "a depth of 100 000", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<l>", 100_000)) + string.Concat(Enumerable.Repeat("</l>", 100_000))) },
        { "300 000 elements", Encoding.UTF8.GetBytes($"<l>{string.Concat(Enumerable.Repeat("<m/>", 300_000))}</l>") },
        { "a thousand attributes", Encoding.UTF8.GetBytes($"<l {string.Concat(Enumerable.Range(0, 1_000).Select(at => $"a{at}=\"\" "))}/>") },
        { "the same attribute twice", [.. "<l a=\"1\" a=\"2\"/>"u8] },
        { "many small pieces of text", Encoding.UTF8.GetBytes($"<l>{string.Concat(Enumerable.Repeat("<![CDATA[a]]>", 100_000))}</l>") },
        { "an unknown prefix", [.. "<x:l/>"u8] },
        { "another namespace", [.. "<ReserveBid_MarketDocument xmlns=\"urn:x\"/>"u8] },
        { "no namespace", [.. "<ReserveBid_MarketDocument/>"u8] },
        { "text for elements", [.. "<ReserveBid_MarketDocument xmlns=\"urn:iec62325.351:tc57wg16:451-7:reservebiddocument:7:4\">hello</ReserveBid_MarketDocument>"u8] },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void It_is_refused_by_name(string what, byte[] document)
    {
        var reading = EsmpCodec.Read(document);
        Assert.True(reading.Document is null && reading.Faults.Count is > 0 and <= 20, what);
        Assert.All(reading.Faults, fault => Assert.InRange(fault.Text.Length, 1, 200));
    }

    [Fact]
    public void A_document_cut_anywhere_is_refused()
    {
        var whole = EsmpCodec.Write(EsmpExamples.Order());
        for (var length = 0; length < whole.Length - 1; length += 7)
        {
            Assert.Null(EsmpCodec.Read(whole.AsSpan(0, length)).Document);
        }
    }

    [Fact]
    public void Fifty_megabytes_are_refused_unread()
    {
        var large = new byte[50_000_000];
        "<l>"u8.CopyTo(large);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Single(EsmpCodec.Read(large).Faults);
        Assert.Equal(XmlFaultKind.TooLarge, fault.Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // nothing of it is copied
    }

    [Fact]
    public void A_mark_of_byte_order_and_comments_do_no_harm()
    {
        var order = EsmpCodec.Write(EsmpExamples.Order());
        Assert.Equal(EsmpExamples.Order(), EsmpCodec.Read([.. Encoding.UTF8.Preamble, .. order]).Document);
        var text = Encoding.UTF8.GetString(order).Replace("<type>", "<!-- a comment --><type><!-- and another -->", StringComparison.Ordinal);
        Assert.Equal(EsmpExamples.Order(), EsmpCodec.Read(Encoding.UTF8.GetBytes(text)).Document);
    }

    [Fact]
    public void What_a_stranger_wrote_is_shown_short_and_clean()
    {
        var text = Encoding.UTF8.GetString(EsmpCodec.Write(EsmpExamples.Order())).Replace("<revisionNumber>1</revisionNumber>", $"<revisionNumber>\r\n{new string('9', 3_000)}</revisionNumber>", StringComparison.Ordinal);
        var fault = Assert.Single(EsmpCodec.Read(Encoding.UTF8.GetBytes(text)).Faults);
        Assert.DoesNotContain('\n', fault.Text);
        Assert.InRange(fault.Text.Length, 1, 100);
    }
}
