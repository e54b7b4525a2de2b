using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary><c>openadr secret</c>: a secret for a client, and what the configuration keeps of it.</summary>
internal static class OpenAdrCommand
{
    private const int Bytes = 32;

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var secret = new Command("secret", """
            Make a secret for a client of the VTN. The client gets the secret; Bsp:OpenAdr:Clients:N:SecretSha256 gets its hash, from which nobody
            learns it.
            Examples: … openadr secret
                      … openadr secret --json
            """) { json };
        secret.SetAction(parsed =>
        {
            var made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(made)));
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { secret = made, sha256 }) : $"secret for the client: {made}{Environment.NewLine}SecretSha256:          {sha256}");
            return 0;
        });
        return new Command("openadr", "The VTN's clients.") { secret };
    }
}
