using System.Security.Cryptography;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Wallets;

public sealed class KeystoreTests
{
    // ethereum.org, "Web3 Secret Storage Definition", test vectors; the secret of both.
    private const string Secret = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    private const string Pbkdf2 = """
        { "crypto": { "cipher": "aes-128-ctr", "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
          "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46", "kdf": "pbkdf2",
          "kdfparams": { "c": 262144, "dklen": 32, "prf": "hmac-sha256", "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd" },
          "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2" },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3 }
        """;

    private const string Scrypt = """
        { "crypto": { "cipher": "aes-128-ctr", "cipherparams": { "iv": "83dbcc02d8ccb40e466191a123791e0e" },
          "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c", "kdf": "scrypt",
          "kdfparams": { "dklen": 32, "n": 262144, "p": 8, "r": 1, "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19" },
          "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097" },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3 }
        """;

    private static readonly EthereumKey Key = EthereumKey.FromHex(Secret);

    [Theory]
    [InlineData(Pbkdf2)]
    [InlineData(Scrypt)]
    public void The_official_keystores_open(string json) => Assert.Equal(Key.Address, Keystore.Read(json, "testpassword").Address);

    [Fact]
    public void A_wrong_password_is_called_so() =>
        Assert.Equal("The password is wrong.", Assert.Throws<KeystoreException>(() => Keystore.Read(Pbkdf2, "testPassword")).Message);

    [Fact]
    public void What_is_written_opens_again_and_never_looks_the_same()
    {
        using var random = RandomNumberGenerator.Create();
        var json = Keystore.Write(Key, "pässword", random, ScryptCost.Light);

        Assert.Equal(Key.Address, Keystore.Read(json, "pässword").Address);
        Assert.DoesNotContain(Secret[2..], json, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(json, Keystore.Write(Key, "pässword", random, ScryptCost.Light));
        Assert.Throws<KeystoreException>(() => Keystore.Read(json, "password"));
    }

    [Theory]
    [InlineData("\"version\": 3", "\"version\": 1")]
    [InlineData("aes-128-ctr", "aes-128-cbc")]
    [InlineData("\"kdf\": \"scrypt\"", "\"kdf\": \"argon2\"")]
    [InlineData("\"n\": 262144", "\"n\": 262143")]
    [InlineData("\"n\": 262144", "\"n\": 1073741824")]
    [InlineData("\"n\": 262144", "\"n\": 0")]
    [InlineData("\"n\": 262144", "\"n\": 1e99")]
    [InlineData("\"r\": 1", "\"r\": 2147483647")]
    [InlineData("\"p\": 8", "\"p\": 2147483647")]
    [InlineData("\"dklen\": 32", "\"dklen\": 2147483647")]
    [InlineData("\"mac\"", "\"cam\"")]
    [InlineData("83dbcc02d8ccb40e466191a123791e0e", "zz")]
    [InlineData("{ \"crypto\"", "[ \"crypto\"")]
    public void A_hostile_file_is_refused_at_once(string right, string wrong) =>
        Assert.Throws<KeystoreException>(() => Keystore.Read(Scrypt.Replace(right, wrong, StringComparison.Ordinal), "testpassword"));

    [Fact]
    public void A_file_that_names_another_address_is_refused()
    {
        var json = Pbkdf2.Replace("\"version\"", "\"address\": \"52908400098527886e0f7030069857d2e4169ee7\", \"version\"", StringComparison.Ordinal);

        Assert.Contains("names address", Assert.Throws<KeystoreException>(() => Keystore.Read(json, "testpassword")).Message, StringComparison.Ordinal);
    }
}
