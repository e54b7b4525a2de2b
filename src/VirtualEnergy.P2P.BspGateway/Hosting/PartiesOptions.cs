using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway;

/// <summary>With whom else the gateway deals beside the system operator: grid operators (UFTP) and virtual end nodes (OpenADR), and who goes first.</summary>
public sealed record PartiesOptions
{
    /// <summary>Where they are served: a listener of its own, because pages and their API take no password and are not for them.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8091";

    /// <summary>The server's certificate with its key, for https; null where <see cref="Url"/> is http.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Who may reserve, and who first.</summary>
    public CoordinationRules Coordination { get; init; } = CoordinationRules.Of(CoordinationScheme.Centralised);

    /// <summary>What grid operators forbid, outside every market.</summary>
    public ImmutableArray<GridVeto> Vetoes { get; init; } = [];

    /// <summary>Null, and there is no VTN.</summary>
    public OpenAdrOptions? OpenAdr { get; init; }

    /// <summary>Null, and no grid operator's messages are taken.</summary>
    public UftpOptions? Uftp { get; init; }

    /// <summary>Whether there is anything to be served.</summary>
    public bool IsServed => OpenAdr is not null || Uftp is not null;
}
