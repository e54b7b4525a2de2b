using System.Security.Cryptography;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A message that came in.</summary>
/// <param name="Status">The HTTP status that its sender is told at once.</param>
/// <param name="Message">The inner message, where it could be read and its signature is right.</param>
/// <param name="Sender">Who signed it.</param>
/// <param name="Rejection">Why its answer is a rejection, or null where it is for the desk to say.</param>
public sealed record UftpArrival(int Status, UftpMessage? Message = null, UftpParticipant? Sender = null, string? Rejection = null);

/// <summary>
/// Signs what goes out and opens what comes in: known sender, right signature, the inner message right and meant for us, not here
/// before. Statuses and reasons: Shapeshifter specification, transport and message validation.
/// </summary>
public sealed class UftpMailbox(UftpProfile profile, byte[] signingKey)
{
    private const int MostKnown = 200_000;

    // The specification's own number, which HTTP has not.
    private const int AuthenticationTimeout = 419;

    private readonly Dictionary<(string Domain, Guid Id), Hash256> _known = [];
    private readonly Queue<(string Domain, Guid Id)> _order = [];
    private readonly Lock _gate = new();

    /// <summary>The outer message of one of ours.</summary>
    public byte[] Seal(UftpMessage message) => UftpCodec.Write(new SignedMessage
    {
        SenderDomain = profile.Domain,
        SenderRole = profile.Role,
        Body = Convert.ToBase64String(SealedMessage.Seal(UftpCodec.Write(message), signingKey)),
    });

    /// <summary>Opens an outer message. Never throws for what is in it.</summary>
    public UftpArrival Open(ReadOnlySpan<byte> bytes)
    {
        if (UftpCodec.ReadSigned(bytes, out _) is not { } outer || !TryDecode(outer.Body, out var body))
        {
            return new UftpArrival(StatusCodes.Status400BadRequest);
        }

        if (profile.Find(outer.SenderDomain, outer.SenderRole) is not { } sender || !SealedMessage.TryReadKey(sender.PublicKey, out var key))
        {
            return new UftpArrival(AuthenticationTimeout);
        }

        if (SealedMessage.Open(body, key) is not { } inner)
        {
            return new UftpArrival(StatusCodes.Status401Unauthorized);
        }

        return UftpCodec.Read(inner, out _) is not { } message
            ? new UftpArrival(StatusCodes.Status400BadRequest, Sender: sender)
            : new UftpArrival(StatusCodes.Status200OK, message, sender, Rejection(message, sender, inner));
    }

    private string? Rejection(UftpMessage message, UftpParticipant sender, byte[] inner)
    {
        if (message.SenderDomain != sender.Domain)
        {
            return "Mismatch SenderDomain";
        }

        if (sender.IsBarred)
        {
            return "Barred Sender";
        }

        if (message.RecipientDomain != profile.Domain)
        {
            return "Unknown RecipientDomain";
        }

        if (!UftpKind.Of(message).Goes(sender.Role, profile.Role))
        {
            return "Invalid Message";
        }

        return message.Version.StartsWith("3.", StringComparison.Ordinal) ? Repetition(message, inner) : "Invalid Version";
    }

    private string? Repetition(UftpMessage message, byte[] inner)
    {
        var (key, hash) = ((message.SenderDomain, message.MessageId), new Hash256(SHA256.HashData(inner)));
        lock (_gate)
        {
            if (_known.TryGetValue(key, out var before))
            {
                return before == hash ? UftpReasons.AlreadySubmitted : "Duplicate Identifier";
            }

            _known[key] = hash;
            _order.Enqueue(key);
            if (_order.Count > MostKnown)
            {
                _known.Remove(_order.Dequeue());
            }

            return null;
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
