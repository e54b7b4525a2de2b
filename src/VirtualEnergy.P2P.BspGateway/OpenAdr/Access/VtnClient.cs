using System.Collections.Immutable;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

/// <summary>Whom the VTN knows: its own business logic, or a VEN. OpenADR gives each its scopes.</summary>
/// <param name="Business">True for business logic, which reads everything and writes programs and events.</param>
public sealed record VtnClient(string ClientId, bool Business)
{
    private static readonly ImmutableArray<string> OfBusiness = ["read_all", "write_programs", "write_events", "write_subscriptions", "write_vens"];
    private static readonly ImmutableArray<string> OfVen = ["read_targets", "read_ven_objects", "write_reports", "write_subscriptions", "write_vens"];

    /// <summary>The OAuth2 scopes of this client, in the words of OpenADR 3.1.1.</summary>
    public ImmutableArray<string> Scopes => Business ? OfBusiness : OfVen;

    /// <summary>Whether this client may write objects of this kind.</summary>
    public bool Writes(ObjectKind kind) => Scopes.Contains(kind switch
    {
        ObjectKind.Program => "write_programs",
        ObjectKind.Event => "write_events",
        ObjectKind.Report => "write_reports",
        ObjectKind.Subscription => "write_subscriptions",
        _ => "write_vens",
    });
}

/// <summary>A client and the SHA-256 of its secret, as configuration holds it: who reads the file learns no secret.</summary>
/// <param name="SecretSha256">32 bytes. Secrets are long and random, so that one hash is enough.</param>
public sealed record VtnCredential(VtnClient Client, ImmutableArray<byte> SecretSha256);
