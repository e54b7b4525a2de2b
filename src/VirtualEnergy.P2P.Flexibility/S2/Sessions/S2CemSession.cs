using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>The energy manager's side: it chooses the version and the control type, and instructs.</summary>
public sealed class S2CemSession : S2Session
{
    private static readonly ImmutableArray<string> Versions = [S2Codec.ProtocolVersion];

    private readonly ImmutableArray<ControlType> _preference;

    /// <param name="preference">Control types that the manager can use, best first; one that the device does not offer is passed over.</param>
    public S2CemSession(ImmutableArray<ControlType> preference, S2Limits limits, Guid seed)
        : base(limits, seed) => _preference = preference;

    private protected override EnergyManagementRole Role => EnergyManagementRole.Cem;

    private protected override S2Request Greeting() => new Handshake(NextId(), Role, ValueList.From(Versions));

    private protected override S2Refusal? Negotiate(S2Request request) => request switch
    {
        Handshake handshake when !handshake.SupportedProtocolVersions!.Value.Intersect(Versions).Any() =>
            new S2Refusal(ReceptionStatusValue.PermanentError, $"no common version; {string.Join(", ", Versions)} is spoken here"),
        ResourceManagerDetails details when Resource.Details is { } known && known.ResourceId != details.ResourceId =>
            Invalid($"resource_id: this session is about {known.ResourceId}"),
        _ => null,
    };

    private protected override void Follow(S2Request request, DateTimeOffset now)
    {
        switch (request)
        {
            case Handshake handshake:
                Version = Versions.First(version => handshake.SupportedProtocolVersions!.Value.Contains(version));
                Queue(new HandshakeResponse(NextId(), Version), now);
                break;
            case ResourceManagerDetails details when !details.AvailableControlTypes.Contains(Resource.Selected):
                var choice = _preference.Cast<ControlType?>().FirstOrDefault(type => details.AvailableControlTypes.Contains(type!.Value));
                var select = new SelectControlType(NextId(), choice ?? ControlType.NoSelection);
                Apply(select, now);
                Queue(select, now);
                break;
        }
    }
}
