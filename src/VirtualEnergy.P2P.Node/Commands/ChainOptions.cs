using System.CommandLine;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>Options that say where a chain, a contract and an exchange are, and which periods, each checked with one clear line.</summary>
internal static class ChainOptions
{
    public static Option<string> Rpc() => new("--rpc") { Description = "JSON-RPC address of an Ethereum node that you trust, best your own.", Required = true, HelpName = "URL" };

    public static Option<string> Contract() => new("--contract") { Description = "The community's EnergySettlement contract.", Required = true, HelpName = "ADDRESS" };

    public static Option<string?> Exchange(string description) => new("--exchange") { Description = description, HelpName = "URL" };

    /// <exception cref="UserErrorException">Not an http address.</exception>
    public static Uri Url(string name, string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw new UserErrorException($"{name} {text}: write http://host:port or https://host.");

    /// <exception cref="UserErrorException">Not an address.</exception>
    public static Address AddressOf(string name, string text) => Address.TryParse(text, out var address)
        ? address
        : throw new UserErrorException($"{name} {text}: an address is 0x and 40 hexadecimal digits.");

    /// <exception cref="UserErrorException">Negative, or the wrong way round.</exception>
    public static (Period? From, Period? To) Span(long? from, long? to)
    {
        if (from < 0 || to < 0)
        {
            throw new UserErrorException($"{(from < 0 ? "--from" : "--to")} {(from < 0 ? from : to)}: a period is unix seconds / 900, 0 or more.");
        }

        return from > to
            ? throw new UserErrorException($"--from {from} is after --to {to}.")
            : (from is { } first ? new Period(first) : null, to is { } last ? new Period(last) : null);
    }
}
