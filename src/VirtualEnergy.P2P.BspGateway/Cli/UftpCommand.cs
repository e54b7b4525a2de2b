using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary><c>uftp key</c>: the key that our messages to grid operators are signed with.</summary>
internal static class UftpCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "Where the key is kept. A key that is there already is left and shown.", DefaultValueFactory = _ => "uftp.key" };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var key = new Command("key", """
            Make the Ed25519 key that messages to grid operators are signed with (Bsp:Uftp:KeyFile), readable by its owner alone, and print the
            public key as the other side wants it.
            Examples: … uftp key
                      … uftp key --file /etc/virtualenergy/uftp.key --json
            """) { file, json };
        key.SetAction(parsed => Make(parsed.GetValue(file)!, parsed.GetValue(json)));
        return new Command("uftp", "Trading with grid operators.") { key };
    }

    private static int Make(string path, bool asJson)
    {
        var isNew = !File.Exists(path);
        var seed = isNew ? RandomNumberGenerator.GetBytes(32) : new byte[64];
        if (isNew)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(path, options);
            writer.WriteLine(Convert.ToBase64String(seed));
        }
        else if (new FileInfo(path).Length > 256 || !Convert.TryFromBase64String(File.ReadAllText(path).Trim(), seed, out var length) || length != 32)
        {
            return GatewayCommands.Fail($"{path} holds no key of 32 bytes in base 64; name another file.");
        }

        var publicKey = SealedMessage.WriteKey(SealedMessage.PublicKeyOf(seed.AsSpan(0, 32)));
        Console.WriteLine(asJson ? JsonSerializer.Serialize(new { file = Path.GetFullPath(path), isNew, publicKey }) : $"{(isNew ? "Made" : "There already")}: {path}. Public key for the other side: {publicKey}");
        return 0;
    }
}
