using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;
using VirtualEnergy.P2P.Settlement.Wallets;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>The same questions to Foundry's <c>cast</c>: a second independent implementation (alloy, in Rust).</summary>
public sealed class CastOracleTests
{
    private const string PrivateKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"; // Anvil's first, public.

    private static readonly EthereumKey Key = EthereumKey.FromHex(PrivateKey);

    [Theory]
    [InlineData("")]
    [InlineData("VirtualEnergy P2P")]
    [InlineData("µEUR/kWh")]
    public async Task Cast_hashes_alike(string text) => Assert.Equal(await Cast("keccak", text), Keccak256.Hash(text).ToString());

    [Fact]
    public async Task Cast_encodes_a_call_alike()
    {
        var settle = new AbiFunction("settle(uint64,bytes32,(address,int64)[],string,int24[2])");
        var root = Keccak256.Hash("root");
        var ours = settle.Encode(
            1_982_400, root, new object[] { new object[] { Key.Address, -5 }, new object[] { Address.Zero, 5 } }, "µEUR", new object[] { -1, 8_388_607 });

        Assert.Equal(
            await Cast("calldata", settle.CanonicalSignature, "1982400", root.ToString(), $"[({Key.Address},-5),({Address.Zero},5)]", "µEUR", "[-1,8388607]"),
            Hex.Of(ours));
    }

    [Fact]
    public async Task Cast_encodes_every_width_alike()
    {
        var widths = Enumerable.Range(1, 32).ToArray();
        var types = widths.Select(size => $"int{8 * size}").Concat(widths.Select(size => $"uint{8 * size}")).Concat(widths.Select(size => $"bytes{size}")).ToArray();
        // The least number of each signed width, the greatest of each unsigned one, and bytes 01 02 ….
        var numbers = widths.Select(size => -(BigInteger.One << (8 * size - 1))).Concat(widths.Select(size => (BigInteger.One << (8 * size)) - 1)).ToArray();
        var texts = widths.Select(size => Enumerable.Range(1, size).Select(i => (byte)i).ToArray()).ToArray();
        var every = new AbiFunction($"every({string.Join(',', types)})");

        var ours = every.Encode([.. numbers.Cast<object>(), .. texts]);

        Assert.Equal(
            await Cast(["calldata", "--", every.CanonicalSignature, .. numbers.Select(number => number.ToString(null, null)), .. texts.Select(text => Hex.Of(text))]),
            Hex.Of(ours));
        Assert.Equal([.. numbers.Cast<object>(), .. texts], every.DecodeCall(ours));
    }

    [Fact]
    public async Task Cast_signs_a_digest_alike()
    {
        var digest = Keccak256.Hash("bid");

        Assert.Equal(await Cast("wallet", "sign", "--no-hash", "--private-key", PrivateKey, digest.ToString()), Key.Sign(digest).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("I take part in sardinia.")]
    [InlineData("0,25 € je kWh, µEUR genau")] // more bytes than characters
    public async Task Cast_signs_a_personal_message_alike(string text)
    {
        var signature = Key.Sign(PersonalMessage.Digest(text));

        Assert.Equal(await Cast("wallet", "sign", "--private-key", PrivateKey, text), signature.ToString());
        Assert.Equal(Key.Address, signature.Recover(PersonalMessage.Digest(text)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    public async Task Cast_derives_keys_from_words_alike(int account)
    {
        const string Words = "test test test test test test test test test test test junk"; // Anvil's, public.
        var key = HdKey.FromSeed(Mnemonic.Parse(Words).ToSeed()).Derive(DerivationPath.Ethereum(account)).Key;

        Assert.Equal(await Cast("wallet", "address", "--mnemonic", Words, "--mnemonic-index", $"{account}"), key.Address.ToChecksumString());
    }

    [Fact]
    public async Task Cast_opens_our_keystore()
    {
        var folder = Directory.CreateTempSubdirectory("ve-keystore-");
        try
        {
            using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
            var wallet = Path.Combine(folder.FullName, "wallet.json");
            SecretFile.Create(wallet, Keystore.Write(Key, "correct horse", random, ScryptCost.Light));

            Assert.Equal(await Cast("wallet", "address", "--keystore", wallet, "--password", "correct horse"), Key.Address.ToChecksumString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x7f")]
    [InlineData("0x80")]
    public async Task Cast_writes_rlp_alike(string data) =>
        Assert.Equal(
            await Cast("to-rlp", $"[\"{data}\",[\"{data}\",\"{data}\"]]"),
            Hex.Of(Rlp.Encode(RlpItem.List([RlpItem.Of(Hex.Parse(data)), RlpItem.List([RlpItem.Of(Hex.Parse(data)), RlpItem.Of(Hex.Parse(data))])]))));

    [Fact]
    public async Task Cast_writes_checksums_alike() =>
        Assert.Equal(await Cast("to-check-sum-address", Key.Address.ToString()), Key.Address.ToChecksumString());

    [Fact]
    public async Task Cast_decodes_our_transactions()
    {
        UnsignedTransaction[] oneOfEach =
        [
            new LegacyTransaction(31337, 7, 20, 21_000, Key.Address, 1, [1, 2]),
            new Eip2930Transaction(31337, 7, 20, 21_000, Key.Address, 1, [1, 2]) { AccessList = [new AccessListEntry(Key.Address, [Keccak256.Hash("slot")])] },
            new Eip1559Transaction(31337, 7, 2, 20, 21_000, Key.Address, 1, [1, 2]),
        ];
        foreach (var transaction in oneOfEach)
        {
            var signed = transaction.Sign(Key);
            // cast writes its JSON as a JSON string.
            using var theirs = JsonDocument.Parse(JsonSerializer.Deserialize<string>(await Cast("decode-transaction", Hex.Of(signed.Raw.AsSpan())))!);

            Assert.Equal(signed.Hash.ToString(), theirs.RootElement.Text("hash"));
            Assert.Equal(Key.Address, Address.Parse(theirs.RootElement.Text("signer")));
            Assert.Equal(Hex.OfQuantity(transaction.Type), theirs.RootElement.Text("type"));
        }
    }

    [Fact]
    public async Task Cast_signs_a_bid_alike()
    {
        var signing = new BidSigning(new MarketDomain(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3")));
        var bid = new Bid(
            Key.Address.ToMember(), new Period(1_982_400), 7,
            [new Step(new Price(250_000), new Energy(500)), new Step(new Price(-100), new Energy(1))],
            [new Step(new Price(300_000), new Energy(40))]);
        const string TypedData = """
            {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},
            {"name":"verifyingContract","type":"address"}],"Step":[{"name":"price","type":"int64"},{"name":"energy","type":"uint64"}],
            "Bid":[{"name":"member","type":"address"},{"name":"period","type":"uint64"},{"name":"number","type":"uint64"},
            {"name":"buy","type":"Step[]"},{"name":"sell","type":"Step[]"}]},"primaryType":"Bid",
            "domain":{"name":"VirtualEnergy P2P","version":"1","chainId":31337,"verifyingContract":"0x5fbdb2315678afecb367f032d93f642f64180aa3"},
            "message":{"member":"MEMBER","period":1982400,"number":7,"buy":[{"price":250000,"energy":500},{"price":-100,"energy":1}],
            "sell":[{"price":300000,"energy":40}]}}
            """;
        var request = TypedData.Replace("MEMBER", Key.Address.ToString(), StringComparison.Ordinal);

        var signed = signing.Sign(bid, Key);

        Assert.Equal(Eip712Json.Read(request).Digest, signed.Hash);
        Assert.Equal(await Cast("wallet", "sign", "--data", "--private-key", PrivateKey, request), Hex.Of(signed.Signature.AsSpan()));
    }

    private static async Task<string> Cast(params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(AnvilExecutable.Foundry("cast"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Trim();
    }
}
