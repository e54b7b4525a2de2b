using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>Codes and identifiers beside the published lists.</summary>
public sealed class EsmpCodesTests
{
    public static TheoryData<string> Lists => [.. EsmpCodes.Lists.Keys];

    [Theory]
    [MemberData(nameof(Lists))]
    public void Every_code_that_is_used_stands_in_the_published_list(string list) =>
        Assert.Empty(EsmpCodes.Lists[list].Except(EsmpSchemas.Codes(list)));

    [Fact]
    public void Every_reason_that_is_given_stands_in_the_published_list()
    {
        var given = typeof(ReasonCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Empty(given.Except(EsmpSchemas.Codes("ReasonCode")));
    }

    // Areas and parties of ENTSO-E's published list: Italy, Sardinia, Finland, the synchronous area, France, Germany, Austria, Terna, Fingrid.
    [Theory]
    [InlineData("10YIT-GRTN-----B")]
    [InlineData("10Y1001A1001A74G")]
    [InlineData("10YFI-1--------U")]
    [InlineData("10Y1001A1001A91G")]
    [InlineData("10YFR-RTE------C")]
    [InlineData("10YDE-VE-------2")]
    [InlineData("10YAT-APG------L")]
    [InlineData("10X1001A1001A345")]
    [InlineData("10X1001A1001A264")]
    public void A_published_code_checks(string code) => Assert.True(EnergyIdentifier.IsEic(code));

    [Theory]
    [InlineData("10YIT-GRTN-----C")]
    [InlineData("10YIT-GRTN------")]
    [InlineData("10YTI-GRTN-----B")]
    [InlineData("10yIT-GRTN-----B")]
    [InlineData("10YIT-GRTN-----")]
    [InlineData("10XBSP-FI-001---A")]
    [InlineData("")]
    [InlineData("10YIT-GRTN----è-")]
    public void Another_character_does_not(string code) => Assert.False(EnergyIdentifier.IsEic(code));

    // GS1 General Specifications, check digits: 4006381333931 is their well-known example; 8716867000030 is the code list's active energy.
    [Theory]
    [InlineData("4006381333931", true)]
    [InlineData("8716867000030", true)]
    [InlineData("4006381333932", false)]
    [InlineData("400638133393", false)]
    [InlineData("400638133393A", false)]
    public void A_GS1_number_checks(string number, bool isRight) => Assert.Equal(isRight, EnergyIdentifier.IsGs1(number));

    [Fact]
    public void A_party_of_17_characters_or_another_scheme_is_none()
    {
        Assert.NotNull(EnergyIdentifier.WrongParty(new CodedId("10XBSP-FI-001---A", "A01")));
        Assert.NotNull(EnergyIdentifier.WrongParty(new CodedId("TERNA", "NIT")));
        Assert.Null(EnergyIdentifier.WrongParty(new CodedId("4006381333931", "A10")));
        Assert.Null(EnergyIdentifier.WrongResource(new CodedId("UVAM_SARD_001", "NIT")));
        Assert.NotNull(EnergyIdentifier.WrongArea(new CodedId(new string('A', 19), "NIT")));
    }
}
