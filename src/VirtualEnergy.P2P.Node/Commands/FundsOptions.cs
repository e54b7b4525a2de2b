using System.CommandLine;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>The options that every command about money has: which node, which escrow, whose key.</summary>
internal static class FundsOptions
{
    public static readonly Option<string?> Config = new("--config") { Description = "The home's configuration, for rpc, contract, wallet and broker.", HelpName = "home.json" };
    public static readonly Option<string?> Rpc = new("--rpc") { Description = "JSON-RPC address of an Ethereum node.", HelpName = "http://host:8545" };
    public static readonly Option<string?> Contract = new("--contract") { Description = "The community's EnergySettlement contract.", HelpName = "0x…" };
    public static readonly Option<string?> KeyFile = new("--key-file") { Description = $"The member's wallet. Else {NodeKey.KeyVariable}.", HelpName = "FILE" };
    public static readonly Option<string?> PasswordFile = new("--password-file") { Description = $"Its first line is the wallet's password. Else {NodeKey.PasswordVariable}, or you are asked.", HelpName = "FILE" };
    public static readonly Option<string?> Member = new("--member") { Description = "Another member. [default: the key's own account]", HelpName = "0x…" };
    public static readonly Option<bool> Json = new("--json") { Description = "Print the answer as JSON; amounts in µEUR." };

    public static Option[] Common => [Config, Rpc, Contract, KeyFile, PasswordFile, Json];

    public static HomeConfig? Home(ParseResult parsed) => parsed.GetValue(Config) is { } path ? HomeConfig.Read(path) : null;

    public static FundsTarget Target(ParseResult parsed)
    {
        var said = new FundsTarget(parsed.GetValue(Rpc), parsed.GetValue(Contract), parsed.GetValue(KeyFile), parsed.GetValue(PasswordFile));
        return Home(parsed) is { } home ? said.Or(home) : said;
    }

    /// <summary>The member named, or else the key's own account; the key is only opened for the latter.</summary>
    /// <exception cref="UserErrorException">Not an address, or no key.</exception>
    public static Address MemberOf(ParseResult parsed, FundsTarget target) => AddressOf(parsed, Member) ?? target.Key().Address;

    /// <exception cref="UserErrorException">Not an address.</exception>
    public static Address? AddressOf(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is not { } text ? null
        : Address.TryParse(text, out var address) ? address
        : throw new UserErrorException($"{option.Name} {text}: write 0x and 40 hexadecimal digits, in one case or with a correct checksum.");

    /// <param name="what">Where it was written, for the message.</param>
    /// <exception cref="UserErrorException">Not an amount.</exception>
    public static Money Euro(string what, string? text) =>
        Euros.TryParse(text, out var amount) ? amount : throw new UserErrorException($"{what} {text}: write euros as 12.50, with a point and at most six decimals.");
}
