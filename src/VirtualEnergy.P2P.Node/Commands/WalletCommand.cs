using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve wallet</c>: the member's key, in an encrypted file.</summary>
internal static class WalletCommand
{
    private const string DefaultFile = "wallet.json";

    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The wallet's file.", DefaultValueFactory = _ => DefaultFile };
        var passwordFile = new Option<string?>("--password-file") { Description = $"Its first line is the password. Else {NodeKey.PasswordVariable}, or you are asked." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };

        var create = new Command("new", """
            Make a new key and keep it in an encrypted file (keystore v3), readable by you alone.
            Example: ve wallet new --file anna.json --password-file anna.password
            """) { file, passwordFile, json };
        create.SetAction(parsed => New(parsed.GetValue(file)!, parsed.GetValue(passwordFile), parsed.GetValue(json)));

        var show = new Command("show", """
            Show the wallet's address, worked out from its key.
            Example: ve wallet show --file anna.json
            """) { file, passwordFile, json };
        show.SetAction(parsed => Show(parsed.GetValue(file)!, parsed.GetValue(passwordFile), parsed.GetValue(json)));
        return new Command("wallet", "The member's key.") { create, show };
    }

    private static int New(string path, string? passwordFile, bool asJson)
    {
        if (File.Exists(path))
        {
            throw new UserErrorException($"{path}: is there already; a wallet is never overwritten. Name another --file.");
        }

        var password = NodeKey.Password(passwordFile);
        using var random = RandomNumberGenerator.Create();
        var key = EthereumKey.Generate(random);
        try
        {
            Keystore.Save(path, Keystore.Write(key, password, random));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written: {error.Message}", error);
        }

        return Tell(path, key.Address, asJson, $"Keep {path} and its password: without them the money in your name is lost.");
    }

    private static int Show(string path, string? passwordFile, bool asJson) =>
        Tell(path, NodeKey.OpenWallet(path, passwordFile).Address, asJson, "The password opens it.");

    private static int Tell(string path, Address address, bool asJson, string remark)
    {
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(new { address = address.ToChecksumString(), file = Path.GetFullPath(path) })
            : $"{address.ToChecksumString()}{Environment.NewLine}{remark}");
        return 0;
    }
}
