using System.Numerics;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class TransactionTests
{
    [Fact]
    public void The_example_of_eip_155_has_its_signature()
    {
        // EIP-155, "Example": nonce 9, 20 gwei, 21000 gas, to 0x35…35, 1 ether, no data, chain 1; key 0x46…46; r and s from its signed form; v 37 is parity 0.
        var fields = RlpItem.List(
            RlpItem.Of(new BigInteger(9)),
            RlpItem.Of(new BigInteger(20_000_000_000)),
            RlpItem.Of(new BigInteger(21_000)),
            RlpItem.Of(Enumerable.Repeat((byte)0x35, 20).ToArray()),
            RlpItem.Of(BigInteger.Pow(10, 18)),
            RlpItem.Of([]),
            RlpItem.Of(BigInteger.One),
            RlpItem.Of([]),
            RlpItem.Of([]));
        var digest = Keccak256.Hash(Rlp.Encode(fields));
        var signature = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray()).Sign(digest);

        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", digest.ToString());
        Assert.Equal("0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276", Hex.OfQuantity(signature.R));
        Assert.Equal("0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", Hex.OfQuantity(signature.S));
        Assert.False(signature.YIsOdd);
    }

    [Fact]
    public void A_transaction_of_type_2_has_its_known_bytes()
    {
        // npm @ethersproject/testcases 5.8.0, typed-transactions, "eip1559-mask-000000111": chain 0, nonce 0, to nobody.
        var key = EthereumKey.FromHex("0x0bace85859213892e23bdcc56b3349569743cb44ffae4b0ffbea154c4fa99e38");
        var signed = new Eip1559Transaction(0, 0, 0x42, 0x142, 0x5208, null, 0, [0x12, 0x34, 0x56, 0x78]).Sign(key);

        Assert.Equal(
            "0x02f85480804282014282520880808412345678c080a04c4236c1a6c2e4137e74210c21a00b93794569d7dd531ea06f6e1843970ea040"
            + "a00e21f722118399af6e89b0f64b0766412e45d2ae795c09330c8f9c8aa1316b74",
            Hex.Of(signed.Raw.AsSpan()));
        Assert.Equal("0x34e5d6719c1fd66cee98d1dec0565c4667e636e2", signed.Sender.ToString());
        Assert.Equal(Keccak256.Hash(signed.Raw.AsSpan()), signed.Hash);
    }
}
