using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve wallet</c>: the member's key, in an encrypted file, and the words from which it can be had again.</summary>
internal static class WalletCommand
{
    private const string DefaultFile = "wallet.json";
    private const int DefaultWords = 12;

    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The wallet's file.", DefaultValueFactory = _ => DefaultFile };
        var passwordFile = new Option<string?>("--password-file") { Description = $"Its first line is the password. Else {NodeKey.PasswordVariable}, or you are asked." };
        var account = new Option<int>("--account") { Description = "Which of the words' keys, m/44'/60'/0'/0/ACCOUNT.", DefaultValueFactory = _ => 0 };
        var passphraseFile = new Option<string?>("--passphrase-file") { Description = "Its first line is the words' passphrase, if they have one." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };

        return new Command("wallet", "The member's key.")
        {
            New(file, passwordFile, json), FromWords(file, passwordFile, account, passphraseFile, json), Show(file, passwordFile, json),
        };
    }

    private static Command New(Option<string> file, Option<string?> passwordFile, Option<bool> json)
    {
        var words = new Option<int?>("--words")
        {
            Description = "Make the key of new words (BIP-39), 12 or as many as given: 12, 15, 18, 21, 24. They are shown once, to be written on paper.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var wordsFile = new Option<string?>("--words-file") { Description = "Write the words into this new file, readable by you alone, instead of showing them." };
        var command = new Command("new", """
            Make a new key and keep it in an encrypted file (keystore v3), readable by you alone.
            Example: ve wallet new --file anna.json --password-file anna.password
                     ve wallet new --file anna.json --words
                     ve wallet new --file anna.json --words 24 --words-file anna.words
            """) { file, passwordFile, words, wordsFile, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var wanted = parsed.GetResult(words) is null ? (int?)null : parsed.GetValue(words) ?? DefaultWords;
            var target = parsed.GetValue(wordsFile);
            if (target is not null && wanted is null)
            {
                throw new UserErrorException("--words-file needs --words: without words there is nothing to write.");
            }

            if (wanted is not null && target is null && parsed.GetValue(json))
            {
                throw new UserErrorException("--words with --json needs --words-file: words do not belong into output that programs read and keep.");
            }

            RefuseToOverwrite(path);
            using var random = RandomNumberGenerator.Create();
            if (wanted is not { } count)
            {
                return Keep(path, EthereumKey.Generate(random), NodeKey.Password(parsed.GetValue(passwordFile)), random, parsed.GetValue(json));
            }

            var mnemonic = Generate(random, count);
            var password = NodeKey.Password(parsed.GetValue(passwordFile));
            if (target is not null)
            {
                Write(target, mnemonic.RevealWords() + Environment.NewLine);
            }

            var code = Keep(path, WalletWords.KeyOf(mnemonic, "", 0), password, random, parsed.GetValue(json));
            if (target is null)
            {
                Console.WriteLine($"{Environment.NewLine}{mnemonic.RevealWords()}{Environment.NewLine}{Environment.NewLine}Write these words on paper, in this order: they are the key, and this is the last time they are shown.");
            }

            return code;
        });
        return command;
    }

    private static Command FromWords(Option<string> file, Option<string?> passwordFile, Option<int> account, Option<string?> passphraseFile, Option<bool> json)
    {
        var wordsFile = new Option<string?>("--words-file") { Description = "The file with the words, or - for standard input. Else you are asked." };
        var command = new Command("from-words", """
            Make the wallet's file again from its words (BIP-39, BIP-32, BIP-44), as any Ethereum wallet would.
            The words are read from the terminal unseen, from a file or from standard input, never from the command line.
            Example: ve wallet from-words --file anna.json
                     ve wallet from-words --file anna.json --words-file anna.words --account 1
            """) { file, passwordFile, wordsFile, account, passphraseFile, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var number = parsed.GetValue(account);
            if (number < 0)
            {
                throw new UserErrorException($"--account {number}: accounts are counted from 0.");
            }

            RefuseToOverwrite(path);
            var mnemonic = WalletWords.Read(parsed.GetValue(wordsFile));
            var key = WalletWords.KeyOf(mnemonic, WalletWords.Passphrase(parsed.GetValue(passphraseFile)), number);
            using var random = RandomNumberGenerator.Create();
            return Keep(path, key, NodeKey.Password(parsed.GetValue(passwordFile)), random, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Show(Option<string> file, Option<string?> passwordFile, Option<bool> json)
    {
        var command = new Command("show", """
            Show the wallet's address, worked out from its key.
            Example: ve wallet show --file anna.json
            """) { file, passwordFile, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            return Tell(path, NodeKey.OpenWallet(path, parsed.GetValue(passwordFile)).Address, parsed.GetValue(json), "The password opens it.");
        });
        return command;
    }

    private static Mnemonic Generate(RandomNumberGenerator random, int count)
    {
        try
        {
            return Mnemonic.Generate(random, count);
        }
        catch (MnemonicException error)
        {
            throw new UserErrorException($"--words: {error.Message}", error);
        }
    }

    private static void RefuseToOverwrite(string path)
    {
        if (File.Exists(path))
        {
            throw new UserErrorException($"{path}: is there already; a wallet is never overwritten. Name another --file.");
        }
    }

    private static int Keep(string path, EthereumKey key, string password, RandomNumberGenerator random, bool asJson)
    {
        Write(path, Keystore.Write(key, password, random));
        return Tell(path, key.Address, asJson, $"Keep {path} and its password: without them the money in your name is lost.");
    }

    private static void Write(string path, string secret)
    {
        try
        {
            SecretFile.Create(path, secret);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written: {error.Message}", error);
        }
    }

    private static int Tell(string path, Address address, bool asJson, string remark)
    {
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(new { address = address.ToChecksumString(), file = Path.GetFullPath(path) })
            : $"{address.ToChecksumString()}{Environment.NewLine}{remark}");
        return 0;
    }
}
