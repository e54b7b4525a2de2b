using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class AddressTests
{
    // EIP-55, "Test Cases".
    public static readonly TheoryData<string> Eip55 =
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    [Theory]
    [MemberData(nameof(Eip55))]
    public void Checksum_is_that_of_eip_55(string text) =>
        Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToChecksumString());

    [Theory]
    [MemberData(nameof(Eip55))]
    public void Any_one_case_and_the_checksum_read_alike(string text)
    {
        var address = Address.Parse(text);

        Assert.Equal(address, Address.Parse(text.ToLowerInvariant()));
        Assert.Equal(address, Address.Parse("0x" + text[2..].ToUpperInvariant()));
        Assert.Equal(text.ToLowerInvariant(), address.ToString());
    }

    [Theory]
    [InlineData("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")] // third letter of the EIP's example in the wrong case
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void A_member_id_is_the_lower_case_address()
    {
        var address = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

        Assert.Equal(new MemberId("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), address.ToMember());
        Assert.Equal(address, Address.FromMember(address.ToMember()));
    }

    [Fact]
    public void The_name_of_a_loose_book_is_no_address() =>
        Assert.Throws<FormatException>(() => Address.FromMember(new MemberId("alice")));
}
