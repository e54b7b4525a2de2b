using System.Collections.Frozen;
using System.Net;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Notifying;

/// <summary>
/// Where notifications may go. A client chooses the address, so it could make the VTN knock at doors of the operator's own
/// network: https to a name is open to all, anything else only to hosts that the operator lists.
/// </summary>
/// <param name="listed">Hosts (names or addresses) that may be told by http, or are no names.</param>
internal sealed class CallbackPolicy(IEnumerable<string> listed)
{
    private readonly FrozenSet<string> _listed = listed.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <returns>Why not, or null.</returns>
    public string? Refusal(Uri address) =>
        address.Scheme is not ("http" or "https") ? "only http and https addresses are told"
        : _listed.Contains(address.Host) ? null
        : address.Scheme == "http" ? $"http is not safe; list {address.Host} under callbackHosts to allow it"
        : IPAddress.TryParse(address.Host.Trim('[', ']'), out _) || address.Host is "localhost" || !address.Host.Contains('.')
            ? $"{address.Host} is no public name; list it under callbackHosts to allow it"
        : null;
}
