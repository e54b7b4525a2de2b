using System.Security.Cryptography;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A message that came in.</summary>
/// <param name="Status">The HTTP status that its sender is told at once.</param>
/// <param name="Message">The inner message, where it could be read and its signature is right.</param>
/// <param name="Sender">Who signed it.</param>
/// <param name="Rejection">Why its answer is a rejection, or null where it is for the desk to say.</param>
/// <param name="Known">By what it is known again; null where it was here before, or is not to be known.</param>
public sealed record UftpArrival(int Status, UftpMessage? Message = null, UftpParticipant? Sender = null, string? Rejection = null, KnownMessage? Known = null);

/// <summary>By what a message is known when it comes again.</summary>
/// <param name="Domain">Its sender.</param>
/// <param name="Id">Its number.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
public readonly record struct KnownMessage(string Domain, Guid Id, Hash256 Hash);

/// <summary>
/// Signs what goes out and opens what comes in: known sender, right signature, the inner message right and meant for us, not here
/// before. Statuses and reasons: Shapeshifter specification, transport and message validation.
/// </summary>
public sealed class UftpMailbox
{
    private const int MostKnown = 200_000;

    // The specification's own number, which HTTP has not.
    private const int AuthenticationTimeout = 419;

    private readonly Dictionary<(string Domain, Guid Id), Hash256> _known = [];
    private readonly Queue<(string Domain, Guid Id)> _order = [];
    private readonly Lock _gate = new();
    private readonly UftpProfile _profile;
    private readonly byte[] _signingKey;

    /// <param name="profile">Who we are and with whom we trade.</param>
    /// <param name="signingKey">Our seed.</param>
    /// <param name="known">Messages that were here before the last stop, oldest first.</param>
    public UftpMailbox(UftpProfile profile, byte[] signingKey, IEnumerable<KnownMessage>? known = null)
    {
        (_profile, _signingKey) = (profile, signingKey);
        foreach (var message in known ?? [])
        {
            Remember(message);
        }
    }

    /// <summary>The outer message of one of ours.</summary>
    public byte[] Seal(UftpMessage message) => UftpCodec.Write(new SignedMessage
    {
        SenderDomain = _profile.Domain,
        SenderRole = _profile.Role,
        Body = Convert.ToBase64String(SealedMessage.Seal(UftpCodec.Write(message), _signingKey)),
    });

    /// <summary>Opens an outer message. Never throws for what is in it.</summary>
    public UftpArrival Open(ReadOnlySpan<byte> bytes)
    {
        if (UftpCodec.ReadSigned(bytes, out _) is not { } outer || !TryDecode(outer.Body, out var body))
        {
            return new UftpArrival(StatusCodes.Status400BadRequest);
        }

        if (_profile.Find(outer.SenderDomain, outer.SenderRole) is not { } sender || !SealedMessage.TryReadKey(sender.PublicKey, out var key))
        {
            return new UftpArrival(AuthenticationTimeout);
        }

        if (SealedMessage.Open(body, key) is not { } inner)
        {
            return new UftpArrival(StatusCodes.Status401Unauthorized);
        }

        if (UftpCodec.Read(inner, out _) is not { } message)
        {
            return new UftpArrival(StatusCodes.Status400BadRequest, Sender: sender);
        }

        var known = new KnownMessage(message.SenderDomain, message.MessageId, new Hash256(SHA256.HashData(inner)));
        var rejection = Rejection(message, sender) ?? Repetition(known);
        return new UftpArrival(StatusCodes.Status200OK, message, sender, rejection, rejection is null ? known : null);
    }

    /// <summary>A message could not be dealt with after all: when it comes again it is new.</summary>
    public void Forget(KnownMessage message)
    {
        lock (_gate)
        {
            _known.Remove((message.Domain, message.Id));
        }
    }

    private string? Rejection(UftpMessage message, UftpParticipant sender) =>
        message.SenderDomain != sender.Domain ? "Mismatch SenderDomain"
        : sender.IsBarred ? "Barred Sender"
        : message.RecipientDomain != _profile.Domain ? "Unknown RecipientDomain"
        : !UftpKind.Of(message).Goes(sender.Role, _profile.Role) ? "Invalid Message"
        : !message.Version.StartsWith("3.", StringComparison.Ordinal) ? "Invalid Version"
        : null;

    private string? Repetition(KnownMessage message)
    {
        lock (_gate)
        {
            if (_known.TryGetValue((message.Domain, message.Id), out var before))
            {
                return before == message.Hash ? UftpReasons.AlreadySubmitted : "Duplicate Identifier";
            }

            Remember(message);
            return null;
        }
    }

    private void Remember(KnownMessage message)
    {
        _known[(message.Domain, message.Id)] = message.Hash;
        _order.Enqueue((message.Domain, message.Id));
        if (_order.Count > MostKnown)
        {
            _known.Remove(_order.Dequeue());
        }
    }

    private static bool TryDecode(string body, out byte[] bytes)
    {
        bytes = new byte[(body.Length * 3 / 4) + 3];
        var isRight = Convert.TryFromBase64Chars(body, bytes, out var length);
        Array.Resize(ref bytes, isRight ? length : 0);
        return isRight;
    }
}
