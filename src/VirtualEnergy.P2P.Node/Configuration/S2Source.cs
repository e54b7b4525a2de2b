using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Devices that speak S2, <c>s2</c> in <c>home.json</c>: the node is their energy manager.</summary>
public sealed record S2Source
{
    /// <summary>Address and port.</summary>
    public string Listen { get; init; } = "127.0.0.1:8443";

    /// <summary>Name or address under which devices reach this machine, where it listens on all (0.0.0.0).</summary>
    public string? Host { get; init; }

    /// <summary>Where certificate and paired devices are kept; made when it is not there.</summary>
    public string Folder { get; init; } = "s2";

    /// <summary>Whether devices on the home's network find the node by themselves (DNS-SD); they do unless told.</summary>
    public bool Announce { get; init; } = true;

    /// <summary>Devices that know no S2 Connect: the name of each, and the file whose first line is its bearer token.</summary>
    public ImmutableDictionary<string, string> Tokens { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public S2HouseOptions Open() => new(Folder, EndpointOf("s2.listen", Listen), HostFor("s2.host", Listen, Host)) { Announces = Announce, Tokens = TokensOf("s2.tokens", Tokens) };

    /// <summary>Devices by name, with their tokens.</summary>
    /// <param name="key">What names them, for what is said of them.</param>
    /// <param name="files">The file of each.</param>
    /// <exception cref="UserErrorException">A name that cannot be planned under, or a file without a token of its own.</exception>
    internal static ImmutableArray<(string Device, string Token)> TokensOf(string key, IEnumerable<KeyValuePair<string, string>> files)
    {
        var tokens = files.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (Device: DeviceNames.IsPlain(pair.Key) ? pair.Key : throw new UserErrorException($"{key} {pair.Key}: {DeviceNames.Rule}"), Token: TokenFile.Read($"{key} {pair.Key}:", pair.Value)))
            .ToImmutableArray();
        return tokens.DistinctBy(one => one.Token).Count() == tokens.Length && tokens.DistinctBy(one => one.Device).Count() == tokens.Length
            ? tokens : throw new UserErrorException($"{key}: each device has a name and a token of its own.");
    }

    internal static IPEndPoint EndpointOf(string key, string text) => IPEndPoint.TryParse(text, out var endpoint) && text.Contains(':', StringComparison.Ordinal)
        ? endpoint : throw new UserErrorException($"{key} {text}: write an address and a port, as 0.0.0.0:8443.");

    internal static string? HostFor(string key, string listen, string? host) => host is null && EndpointOf(key, listen).Address is var address
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? throw new UserErrorException($"{key}: for {listen}, say under which name or address devices reach this machine.") : host;
}
