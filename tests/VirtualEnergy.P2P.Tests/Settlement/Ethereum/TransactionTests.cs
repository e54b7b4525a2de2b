using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class TransactionTests
{
    private static readonly EthereumKey Key46 = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());

    private static readonly AccessListEntry Touched = new(Key46.Address, [Keccak256.Hash("slot")]);

    private static readonly UnsignedTransaction[] OneOfEach =
    [
        new LegacyTransaction(31337, 7, 20, 21_000, Address.Zero, 1, [1, 2]),
        new Eip2930Transaction(31337, 7, 20, 21_000, Address.Zero, 1, [1, 2]) { AccessList = [Touched] },
        new Eip1559Transaction(31337, 7, 2, 20, 21_000, null, 1, [1, 2]) { AccessList = [Touched] },
    ];

    [Fact]
    public void The_example_of_eip_155_has_its_signature()
    {
        // EIP-155, "Example": nonce 9, 20 gwei, 21000 gas, to 0x35…35, 1 ether, no data, chain 1; key 0x46…46; its signing hash and its bytes.
        var transaction = new LegacyTransaction(
            1, 9, 20_000_000_000, 21_000, new Address(Enumerable.Repeat((byte)0x35, 20).ToArray()), BigInteger.Pow(10, 18), []);
        var signed = transaction.Sign(Key46);

        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", transaction.SigningHash.ToString());
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025"
            + "a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Hex.Of(signed.Raw.AsSpan()));
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

    [Fact]
    public void What_was_signed_reads_back_with_its_signer_and_hash() => Assert.All(OneOfEach, transaction =>
    {
        var signed = transaction.Sign(Key46);
        var read = TransactionReader.Read(signed.Raw.AsSpan(), 31337);

        Assert.Equal((Key46.Address, 7UL, signed.Hash), (read.Signed.Sender, read.Signed.Nonce, read.Signed.Hash));
        Assert.Equal(transaction.SigningHash, read.Content.SigningHash);
        Assert.Equal(signed.Raw, read.Content.Encode(read.Signature));
        Assert.Equal((new BigInteger(20), transaction.Type), (read.Content.HighestFeePerGas, read.Content.Type));
    });

    [Fact]
    public void A_transaction_for_another_chain_is_refused_by_name() => Assert.All(OneOfEach, transaction =>
        Assert.Equal(
            (TransactionFlaw.WrongChain, "The transaction is signed for chain 31337, not 1."),
            Refusal(transaction.Sign(Key46).Raw.ToArray(), 1)));

    [Fact]
    public void A_transaction_for_every_chain_is_refused_here_and_read_elsewhere()
    {
        var signed = new LegacyTransaction(null, 7, 20, 21_000, Address.Zero, 1, []).Sign(Key46);

        Assert.Equal(TransactionFlaw.WrongChain, Refusal(signed.Raw.ToArray(), 31337).Flaw);
        Assert.Null(TransactionReader.ReadForAnyChain(signed.Raw.AsSpan()).Content.BoundChain);
    }

    [Fact]
    public void The_malleable_twin_of_a_transaction_is_refused_by_name() => Assert.All(OneOfEach, transaction =>
    {
        // The twin: order − s and the other parity. It recovers the same signer and has another hash.
        var items = FieldsOf(transaction, out var prefix);
        var parity = (int)NumberOf(items[^3]);
        items[^3] = RlpItem.Of(new BigInteger(transaction.Type == 0 ? (parity % 2 == 0 ? parity - 1 : parity + 1) : 1 - parity));
        items[^1] = RlpItem.Of(Signature.CurveOrder - NumberOf(items[^1]));

        Assert.Equal(TransactionFlaw.MalleableSignature, Refusal([.. prefix, .. Rlp.Encode(RlpItem.List([.. items]))]).Flaw);
    });

    [Fact]
    public void An_s_of_half_the_order_is_the_last_that_counts()
    {
        Assert.NotNull(Signature.From(1, Signature.HighestS, false));
        Assert.Null(Signature.From(1, Signature.HighestS + 1, false));
        Assert.Null(Signature.From(-1, 1, false));
        Assert.Equal(Signature.CurveOrder, 2 * Signature.HighestS + 1); // the order is odd
    }

    [Fact]
    public void A_signature_out_of_range_is_refused_by_name() => Assert.All(OneOfEach, transaction =>
    {
        foreach (var (field, value) in new (int, BigInteger)[] { (2, 0), (2, Signature.CurveOrder), (1, 0), (1, Signature.CurveOrder), (3, transaction.Type == 0 ? 30 : 2), (2, 5) })
        {
            var items = FieldsOf(transaction, out var prefix);
            items[^field] = RlpItem.Of(value); // r = 5: 5³ + 7 is no square, so no point has it
            Assert.Equal(TransactionFlaw.InvalidSignature, Refusal([.. prefix, .. Rlp.Encode(RlpItem.List([.. items]))]).Flaw);
        }
    });

    [Theory]
    [InlineData("0x")]
    [InlineData("0x03c0")]
    [InlineData("0x7f")]
    [InlineData("0x80")]
    [InlineData("0xc0")]
    [InlineData("0x02")]
    [InlineData("0x02c0")]
    [InlineData("0x0280")]
    public void What_is_no_transaction_is_refused_by_name(string raw) =>
        Assert.Contains(Refusal(Hex.Parse(raw)).Flaw, new[] { TransactionFlaw.Malformed, TransactionFlaw.UnknownType });

    [Fact]
    public void A_number_with_a_leading_zero_or_beyond_its_width_is_refused() => Assert.All(OneOfEach, transaction =>
    {
        // The nonce is the first field of a legacy transaction, the second of the others.
        foreach (var nonce in new byte[][] { [0], [0, 7], [1, 0, 0, 0, 0, 0, 0, 0, 0] })
        {
            var items = FieldsOf(transaction, out var prefix);
            items[transaction.Type == 0 ? 0 : 1] = RlpItem.Of(nonce);
            Assert.Equal(TransactionFlaw.Malformed, Refusal([.. prefix, .. Rlp.Encode(RlpItem.List([.. items]))]).Flaw);
        }
    });

    [Fact]
    public void A_transaction_larger_than_any_node_takes_is_refused_unread() =>
        Assert.Equal(TransactionFlaw.Malformed, Refusal(new byte[TransactionReader.MaxSize + 1]).Flaw);

    [Fact]
    public void Damaged_bytes_are_refused_or_are_another_transaction_in_its_only_form() =>
        Gen.Select(Gen.Int[0, OneOfEach.Length - 1], Gen.Int[0, 500], Gen.Byte).Sample((which, position, replacement) =>
        {
            var raw = OneOfEach[which].Sign(Key46).Raw.ToArray();
            raw[position % raw.Length] = replacement;
            try
            {
                var read = TransactionReader.ReadForAnyChain(raw);
                Assert.Equal(raw, read.Content.Encode(read.Signature));
            }
            catch (TransactionFormatException)
            {
                // The other right answer; any other exception fails the test.
            }
        }, iter: 2_000);

    private static (TransactionFlaw Flaw, string Message) Refusal(byte[] raw, ulong chain = 31337)
    {
        var e = Assert.Throws<TransactionFormatException>(() => TransactionReader.Read(raw, chain));
        return (e.Flaw, e.Message);
    }

    private static RlpItem[] FieldsOf(UnsignedTransaction transaction, out byte[] prefix)
    {
        var raw = transaction.Sign(Key46).Raw.AsSpan();
        prefix = transaction.Type == 0 ? [] : [transaction.Type];
        return [.. Rlp.Decode(raw[prefix.Length..]).Items];
    }

    private static BigInteger NumberOf(RlpItem item) => new(item.Bytes.AsSpan(), isUnsigned: true, isBigEndian: true);
}
