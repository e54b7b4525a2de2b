using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>The VTN of a gateway; its objects are kept in the gateway's data folder.</summary>
/// <param name="Path">Where it is served, with a slash before and none behind.</param>
/// <param name="Clients">Who may speak to it.</param>
/// <param name="CallbackHosts">Hosts beyond public names and https that notifications may go to.</param>
public sealed record OpenAdrOptions(string Path, ImmutableArray<VtnCredential> Clients, ImmutableArray<string> CallbackHosts)
{
    /// <summary>The file in the data folder.</summary>
    public const string StoreName = "openadr.jsonl";
}
