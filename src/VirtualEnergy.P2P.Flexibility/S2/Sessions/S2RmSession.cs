using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>The resource manager's side: it says what the device is and can do, and carries out.</summary>
public sealed class S2RmSession : S2Session
{
    private readonly Func<Identifier, ResourceManagerDetails> _details;

    /// <param name="details">Makes the device's details with the id of their message.</param>
    public S2RmSession(Func<Identifier, ResourceManagerDetails> details, S2Limits limits, Guid seed)
        : base(limits, seed) => _details = details;

    private protected override EnergyManagementRole Role => EnergyManagementRole.Rm;

    private protected override S2Request Greeting() => new Handshake(NextId(), Role, [S2Codec.ProtocolVersion]);

    private protected override S2Refusal? Negotiate(S2Request request) => request switch
    {
        HandshakeResponse when Version is not null => Invalid("the version is agreed already"),
        HandshakeResponse response when response.SelectedProtocolVersion != S2Codec.ProtocolVersion =>
            new S2Refusal(ReceptionStatusValue.PermanentError, $"version {response.SelectedProtocolVersion} was not offered"),
        _ => null,
    };

    private protected override void Follow(S2Request request, DateTimeOffset now)
    {
        if (request is HandshakeResponse response)
        {
            Version = response.SelectedProtocolVersion;
            var details = _details(NextId());
            Apply(details, now);
            Queue(details, now);
        }
    }
}
