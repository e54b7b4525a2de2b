using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A participant, as he was made known: his domain and role, the key that checks his signature, and where he takes messages.</summary>
/// <param name="Domain">His domain.</param>
/// <param name="Role">His role; a domain with two roles is two participants.</param>
/// <param name="PublicKey">As <c>cs1.</c> and base 64.</param>
/// <param name="Endpoint">Where he takes messages, or null where he only sends.</param>
/// <param name="IsBarred">True for one whose messages are refused.</param>
public sealed record UftpParticipant(string Domain, UftpRole Role, string PublicKey, Uri? Endpoint = null, bool IsBarred = false);

/// <summary>Who we are in the protocol and with whom we trade. Participants and keys are configured: nothing is looked up.</summary>
public sealed record UftpProfile
{
    public required string Domain { get; init; }

    public required UftpRole Role { get; init; }

    public required ValueList<UftpParticipant> Participants { get; init; }

    /// <summary>The congestion points at which we act.</summary>
    public required ValueList<string> CongestionPoints { get; init; }

    /// <summary>The version that we write; any 3.x is read.</summary>
    public string Version { get; init; } = "3.0.0";

    public TimeSpan IspDuration { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A zone of Central European time; others of the same time are understood.</summary>
    public string TimeZone { get; init; } = "Europe/Rome";

    public string Currency { get; init; } = "EUR";

    public UftpParticipant? Find(string domain, UftpRole role) => Participants.FirstOrDefault(participant => participant.Domain == domain && participant.Role == role);
}
