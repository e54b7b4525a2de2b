using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>How a home's energy manager is reached.</summary>
/// <param name="Folder">Where certificate and paired devices are kept.</param>
/// <param name="Listen">Address and port; port 0 takes a free one.</param>
/// <param name="Host">The name or address under which devices reach it, where it listens on all.</param>
public sealed record S2HouseOptions(string Folder, IPEndPoint Listen, string? Host = null)
{
    /// <summary>Devices that know no pairing, with the bearer token of each.</summary>
    public ImmutableArray<(string Device, string Token)> Tokens { get; init; } = [];

    /// <summary>Whether devices on the home's network find it by themselves.</summary>
    public bool Announces { get; init; } = true;

    /// <summary>What a device may do; the usual limits unless told.</summary>
    public S2Limits? Limits { get; init; }
}
