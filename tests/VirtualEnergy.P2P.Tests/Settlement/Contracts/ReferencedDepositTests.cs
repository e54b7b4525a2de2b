using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

public sealed class ReferencedDepositTests
{
    private static readonly ReferencedDeposit Deposit =
        new(Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7"), new Money(142_875), Keccak256.Hash("a statement"u8));

    [Fact]
    public void What_is_written_is_read_again() => Assert.Equal(Deposit, ReferencedDeposit.Read(Deposit.Encode()));

    [Fact]
    public void A_plain_deposit_another_call_and_a_cut_one_have_no_reference()
    {
        var data = Deposit.Encode();
        Assert.Null(ReferencedDeposit.Read(data.AsSpan(0, 4 + 64)));
        Assert.Null(ReferencedDeposit.Read(data.AsSpan(0, data.Length - 1)));
        Assert.Null(ReferencedDeposit.Read([]));
        data[0] ^= 1;
        Assert.Null(ReferencedDeposit.Read(data));
    }

    [Fact]
    public void An_amount_that_is_no_money_is_refused()
    {
        var data = Deposit.Encode();
        data[4 + 32] = 0x80; // 2^255 and some
        Assert.Null(ReferencedDeposit.Read(data));
    }
}
