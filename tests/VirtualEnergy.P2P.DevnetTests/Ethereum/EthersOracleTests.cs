using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using VirtualEnergy.P2P.Settlement.Wallets;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Hashes, keys, RLP, transactions, typed data and keystores against ethers' own cases.</summary>
public sealed class EthersOracleTests
{
    [Fact]
    public void Hashes_are_those_of_ethers() =>
        EthersTestcases.Check(EthersTestcases.Read("hashes"), 516, testcase =>
            Assert.Equal(testcase.Text("keccak256"), Keccak256.Hash(Hex.Parse(testcase.Text("data"))).ToString()));

    [Fact]
    public void Addresses_are_those_of_ethers() =>
        EthersTestcases.Check(EthersTestcases.Read("accounts"), 1038, testcase =>
        {
            var address = Address.Parse(testcase.Text("address"));

            Assert.Equal(testcase.Text("checksumAddress"), address.ToChecksumString());
            if (testcase.TryGetProperty("privateKey", out var key))
            {
                Assert.Equal(address, EthereumKey.FromHex(key.GetString()!).Address);
            }
        });

    [Fact]
    public void Rlp_is_that_of_ethers() =>
        EthersTestcases.Check(EthersTestcases.Read("rlp-coder"), 61, testcase =>
        {
            var encoded = Hex.Parse(testcase.Text("encoded"));

            Assert.Equal(encoded, Rlp.Encode(ItemOf(testcase.GetProperty("decoded"))));
            Assert.Equal(encoded, Rlp.Encode(Rlp.Decode(encoded)));
        });

    [Theory]
    [InlineData(1, 768)]
    [InlineData(2, 1024)]
    public void Typed_transactions_are_those_of_ethers_both_ways(int type, int cases) =>
        EthersTestcases.Check([.. EthersTestcases.Read("typed-transactions").Where(testcase => testcase.GetProperty("tx").GetProperty("type").GetInt32() == type)], cases, testcase =>
        {
            var json = testcase.GetProperty("tx");
            UnsignedTransaction transaction = type == 1 ? OfType1(json) : OfType2(json);

            Assert.Equal(Keccak256.Hash(Hex.Parse(testcase.Text("unsigned"))), transaction.SigningHash);
            CheckSigned(transaction, testcase.Text("key"), testcase.Text("signed"), testcase.Text("address"));
        });

    [Fact]
    public void Legacy_transactions_are_those_of_ethers_both_ways_with_and_without_a_chain()
    {
        var possible = EthersTestcases.Read("transactions").Where(testcase => Number(testcase, "gasLimit") <= ulong.MaxValue).ToArray();
        EthersTestcases.Check(possible, 984, testcase =>
        {
            var (unbound, bound) = (Legacy(testcase, null), Legacy(testcase, 5));

            Assert.Equal(Keccak256.Hash(Hex.Parse(testcase.Text("unsignedTransaction"))), unbound.SigningHash);
            Assert.Equal(Keccak256.Hash(Hex.Parse(testcase.Text("unsignedTransactionChainId5"))), bound.SigningHash);
            CheckSigned(unbound, testcase.Text("privateKey"), testcase.Text("signedTransaction"), testcase.Text("accountAddress"));
            CheckSigned(bound, testcase.Text("privateKey"), testcase.Text("signedTransactionChainId5"), testcase.Text("accountAddress"));
        });
    }

    [Fact]
    public void A_gas_limit_beyond_64_bits_which_ethers_writes_and_no_node_takes_is_refused()
    {
        var impossible = EthersTestcases.Read("transactions").Where(testcase => Number(testcase, "gasLimit") > ulong.MaxValue).ToArray();
        EthersTestcases.Check(impossible, 83, testcase =>
        {
            var refusal = Assert.Throws<TransactionFormatException>(() => TransactionReader.ReadForAnyChain(Hex.Parse(testcase.Text("signedTransaction"))));
            Assert.Equal(TransactionFlaw.Malformed, refusal.Flaw);
        });
    }

    [Fact]
    public void Signatures_of_ethers_are_made_and_recovered_by_both_libraries_of_the_curve()
    {
        Assert.SkipUnless(NativeSecp256k1.Instance is not null, "libsecp256k1 is not installed: apt-get install libsecp256k1-1, or brew install secp256k1.");
        ISecp256k1[] libraries = [ManagedSecp256k1.Instance, NativeSecp256k1.Instance!];
        EthersTestcases.Check(EthersTestcases.Read("typed-transactions"), 1792, testcase =>
        {
            var digest = Keccak256.Hash(Hex.Parse(testcase.Text("unsigned")));
            var signature = TransactionReader.ReadForAnyChain(Hex.Parse(testcase.Text("signed"))).Signature;
            foreach (var library in libraries)
            {
                Assert.Equal(signature.ToString(), library.Sign(Hex.Parse(testcase.Text("key")), digest).ToString());
                Assert.Equal(testcase.Text("address"), new PublicKey(library.Recover(digest, signature)!).Address.ToString());
            }
        });
    }

    private static void CheckSigned(UnsignedTransaction transaction, string key, string signed, string sender)
    {
        var raw = Hex.Parse(signed);
        var ours = transaction.Sign(EthereumKey.FromHex(key));
        var read = TransactionReader.ReadForAnyChain(raw);

        Assert.Equal(signed, Hex.Of(ours.Raw.AsSpan()));
        Assert.Equal(sender, ours.Sender.ToString());
        Assert.Equal((ours.Sender, ours.Nonce, ours.Hash), (read.Signed.Sender, read.Signed.Nonce, read.Signed.Hash));
        Assert.Equal((transaction.GetType(), transaction.BoundChain), (read.Content.GetType(), read.Content.BoundChain));
        Assert.Equal(raw, read.Content.Encode(read.Signature));
    }

    [Fact]
    public void Typed_data_is_that_of_ethers() =>
        EthersTestcases.Check(EthersTestcases.Read("eip712"), 1025, testcase =>
        {
            var request = JsonNode.Parse(testcase.GetRawText())!;
            var data = Eip712Json.Read(new JsonObject
            {
                ["types"] = request["types"]!.DeepClone(),
                ["primaryType"] = request["primaryType"]!.DeepClone(),
                ["domain"] = request["domain"]!.DeepClone(),
                ["message"] = request["data"]!.DeepClone(),
            }.ToJsonString());

            Assert.Equal(testcase.Text("encoded"), Hex.Of(data.EncodedMessage()));
            Assert.Equal(testcase.Text("digest"), data.Digest.ToString());
            if (testcase.TryGetProperty("signature", out var signature))
            {
                Assert.Equal(signature.GetString(), EthereumKey.FromHex(testcase.Text("privateKey")).Sign(data.Digest).ToString());
            }
        });

    [Fact]
    public void Keystores_of_other_wallets_open()
    {
        var ofVersion3 = EthersTestcases.Read("wallets").Where(testcase => testcase.Text("type") == "secret-storage").ToArray();
        EthersTestcases.Check(ofVersion3, 7, testcase =>
        {
            var key = Keystore.Read(testcase.Text("json"), testcase.Text("password"));

            Assert.Equal(testcase.Text("privateKey"), Hex.Of(key.ToBytes()));
        });
    }

    [Fact]
    public void Words_seeds_and_keys_are_those_of_ethers()
    {
        var keys = 0;
        EthersTestcases.Check([.. EthersTestcases.Read("hdnode").Where(testcase => testcase.Text("locale") == "en")], 1094, testcase =>
        {
            var mnemonic = Mnemonic.FromEntropy(Hex.Parse(testcase.Text("entropy")));
            var seed = testcase.TryGetProperty("password", out var password) ? mnemonic.ToSeedWithNormalised(Normalised(password.GetString()!)) : mnemonic.ToSeed();
            var root = HdKey.FromSeed(seed);

            Assert.Equal(testcase.Text("mnemonic"), mnemonic.RevealWords());
            Assert.Equal(testcase.Text("entropy"), Hex.Of(Mnemonic.Parse(testcase.Text("mnemonic")).ToEntropy()));
            Assert.Equal(testcase.Text("seed"), Hex.Of(seed));
            foreach (var node in testcase.GetProperty("hdnodes").EnumerateArray())
            {
                var key = root.Derive(DerivationPath.Parse(node.Text("path"))).Key;
                Assert.Equal((node.Text("privateKey"), node.Text("address")), (Hex.Of(key.ToBytes()), key.Address.ToString()));
                keys++;
            }
        });
        Assert.Equal(6289, keys);
    }

    [Fact]
    public void The_words_that_other_wallets_keep_beside_a_key_give_that_key()
    {
        var withWords = EthersTestcases.Read("wallets").Where(testcase => testcase.GetProperty("mnemonic").ValueKind == JsonValueKind.String).ToArray();
        EthersTestcases.Check(withWords, 2, testcase =>
            Assert.Equal(testcase.Text("privateKey"), Hex.Of(HdKey.FromSeed(Mnemonic.Parse(testcase.Text("mnemonic")).ToSeed()).Derive(DerivationPath.Ethereum(0)).Key.ToBytes())));
    }

    // Unicode's form KD of the one passphrase with signs of its own that the cases have (U+3000, à, ¹, ſ, ²).
    private static byte[] Normalised(string passphrase) => System.Text.Encoding.UTF8.GetBytes(
        passphrase.Replace('\u3000', ' ').Replace("à", "a\u0300", StringComparison.Ordinal).Replace('¹', '1').Replace('ſ', 's').Replace('²', '2'));

    private static RlpItem ItemOf(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? RlpItem.List([.. json.EnumerateArray().Select(ItemOf)])
        : RlpItem.Of(Hex.Parse(json.GetString()));

    private static LegacyTransaction Legacy(JsonElement json, ulong? chain) => new(
        chain, (ulong)Number(json, "nonce"), Number(json, "gasPrice"), (ulong)Number(json, "gasLimit"), To(json), Number(json, "value"), Data(json));

    private static Eip2930Transaction OfType1(JsonElement json) => new(
        (ulong)Number(json, "chainId"), (ulong)Number(json, "nonce"), Number(json, "gasPrice"), (ulong)Number(json, "gasLimit"), To(json), Number(json, "value"), Data(json))
    {
        AccessList = AccessListOf(json),
    };

    private static Eip1559Transaction OfType2(JsonElement json) => new(
        (ulong)Number(json, "chainId"), (ulong)Number(json, "nonce"), Number(json, "maxPriorityFeePerGas"), Number(json, "maxFeePerGas"),
        (ulong)Number(json, "gasLimit"), To(json), Number(json, "value"), Data(json))
    {
        AccessList = AccessListOf(json),
    };

    private static Address? To(JsonElement json) => json.TryGetProperty("to", out var to) && to.GetString() is { Length: > 2 } known ? Address.Parse(known) : null;

    private static ImmutableArray<byte> Data(JsonElement json) => json.TryGetProperty("data", out var data) ? [.. Hex.Parse(data.GetString())] : [];

    private static ImmutableArray<AccessListEntry> AccessListOf(JsonElement json) => !json.TryGetProperty("accessList", out var list) ? [] :
    [
        .. list.EnumerateArray().Select(entry => new AccessListEntry(
            Address.Parse(entry.Text("address")),
            [.. entry.GetProperty("storageKeys").EnumerateArray().Select(slot => new Hash256(Hex.Parse(slot.GetString())))])),
    ];

    // Numbers are JSON numbers or hexadecimal text of any length, with leading zeros.
    private static BigInteger Number(JsonElement json, string name) =>
        !json.TryGetProperty(name, out var value) ? BigInteger.Zero
        : value.ValueKind == JsonValueKind.Number ? value.GetInt64()
        : BigInteger.Parse("0" + value.GetString()![2..], System.Globalization.NumberStyles.HexNumber, null);
}
