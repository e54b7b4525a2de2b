using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
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

    [Fact]
    public void Signed_transactions_of_type_2_are_those_of_ethers()
    {
        var ofType2 = EthersTestcases.Read("typed-transactions").Where(testcase => testcase.GetProperty("tx").GetProperty("type").GetInt32() == 2).ToArray();
        EthersTestcases.Check(ofType2, 1024, testcase =>
        {
            var transaction = TransactionOf(testcase.GetProperty("tx"));
            var signed = transaction.Sign(EthereumKey.FromHex(testcase.Text("key")));

            Assert.Equal(Keccak256.Hash(Hex.Parse(testcase.Text("unsigned"))), transaction.SigningHash);
            Assert.Equal(testcase.Text("signed"), Hex.Of(signed.Raw.AsSpan()));
            Assert.Equal(testcase.Text("address"), signed.Sender.ToString());
        });
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

    private static RlpItem ItemOf(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? RlpItem.List([.. json.EnumerateArray().Select(ItemOf)])
        : RlpItem.Of(Hex.Parse(json.GetString()));

    private static Eip1559Transaction TransactionOf(JsonElement json) => new(
        (ulong)Number(json, "chainId"),
        (ulong)Number(json, "nonce"),
        Number(json, "maxPriorityFeePerGas"),
        Number(json, "maxFeePerGas"),
        (ulong)Number(json, "gasLimit"),
        json.TryGetProperty("to", out var to) ? Address.Parse(to.GetString()!) : null,
        Number(json, "value"),
        json.TryGetProperty("data", out var data) ? [.. Hex.Parse(data.GetString())] : [])
    {
        AccessList = json.TryGetProperty("accessList", out var list) ? AccessListOf(list) : [],
    };

    private static ImmutableArray<AccessListEntry> AccessListOf(JsonElement json) =>
    [
        .. json.EnumerateArray().Select(entry => new AccessListEntry(
            Address.Parse(entry.Text("address")),
            [.. entry.GetProperty("storageKeys").EnumerateArray().Select(slot => new Hash256(Hex.Parse(slot.GetString())))])),
    ];

    // Numbers are JSON numbers or hexadecimal text of any length, with leading zeros.
    private static BigInteger Number(JsonElement json, string name) =>
        !json.TryGetProperty(name, out var value) ? BigInteger.Zero
        : value.ValueKind == JsonValueKind.Number ? value.GetInt64()
        : BigInteger.Parse("0" + value.GetString()![2..], System.Globalization.NumberStyles.HexNumber, null);
}
