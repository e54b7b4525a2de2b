using System.Security.Cryptography;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>What became of a document that came in.</summary>
public enum EsmpOutcome
{
    /// <summary>It is accepted and has had its effect.</summary>
    Accepted,

    /// <summary>It had been accepted before; it is acknowledged again and has no effect.</summary>
    Repeated,

    /// <summary>It is refused and has no effect.</summary>
    Refused,

    /// <summary>It is refused because it cannot even be read.</summary>
    Unreadable,

    /// <summary>It was an acknowledgement, which is not acknowledged.</summary>
    Acknowledgement,
}

/// <summary>The answer to a document.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Document">The document, where it could be read.</param>
/// <param name="Acknowledgement">What goes back; null for an acknowledgement.</param>
public sealed record EsmpReceipt(EsmpOutcome Outcome, IEsmpDocument? Document, AcknowledgementDocument? Acknowledgement);

/// <summary>A document that was accepted: enough to know it again.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="MRid">Its identification.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Content">SHA-256 of its bytes.</param>
/// <param name="KeepUntil">When its time is so long past that the gate refuses it anyway.</param>
public readonly record struct AcceptedDocument(CodedId Sender, string MRid, int Revision, Hash256 Content, DateTimeOffset KeepUntil);

/// <summary>
/// Takes documents in: read, ruled, known again, given on, acknowledged. A document has its effect once: one that came before is
/// acknowledged as it was then, an older revision or another content under the same number is refused with A51. One at a time.
/// </summary>
/// <remarks>
/// After a crash between the effect and <c>keep</c> the sender, who has no acknowledgement, sends the document again and it is
/// applied again; so <c>apply</c> must know an order by its identification and revision, as the order book does.
/// </remarks>
/// <param name="profile">The market's rules.</param>
/// <param name="time">The clock.</param>
/// <param name="newId">A new identification, at most 60 characters, for each acknowledgement.</param>
/// <param name="apply">Gives the document its effect, or says why it has none; also called with acknowledgements.</param>
/// <param name="accepted">What was accepted before the last stop.</param>
/// <param name="keep">Makes an accepted document known beyond the next stop; called before its acknowledgement goes out.</param>
public sealed class EsmpIntake(
    EsmpProfile profile,
    TimeProvider time,
    Func<string> newId,
    Func<IEsmpDocument, IReadOnlyList<EsmpRefusal>> apply,
    IEnumerable<AcceptedDocument>? accepted = null,
    Action<AcceptedDocument>? keep = null)
{
    private const int MostKept = 100_000;

    private readonly Dictionary<(CodedId Sender, string MRid), AcceptedDocument> _accepted = (accepted ?? [])
        .GroupBy(document => (document.Sender, document.MRid)).ToDictionary(known => known.Key, known => known.MaxBy(document => document.Revision));

    private readonly Lock _gate = new();

    /// <summary>Takes one document in. Never throws for what is in it.</summary>
    public EsmpReceipt Receive(ReadOnlySpan<byte> bytes)
    {
        var (reading, content) = (EsmpCodec.Read(bytes), bytes.Length <= BoundedXml.MostBytes ? SHA256.HashData(bytes) : []);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (reading.Document is not { } document)
            {
                return Refuse(EsmpOutcome.Unreadable, reading, EsmpAcknowledgements.Refusals(reading.Faults), now);
            }

            if (document is AcknowledgementDocument)
            {
                if (EsmpRules.Check(document, profile, now).Count == 0)
                {
                    apply(document);
                }

                return new EsmpReceipt(EsmpOutcome.Acknowledgement, document, null);
            }

            return Receive(document, reading, new Hash256(content), now);
        }
    }

    private EsmpReceipt Receive(IEsmpDocument document, EsmpReading reading, Hash256 content, DateTimeOffset now)
    {
        if (_accepted.TryGetValue((document.Sender, document.MRid), out var known))
        {
            if (known.Revision == document.Revision && known.Content == content)
            {
                return new EsmpReceipt(EsmpOutcome.Repeated, document, EsmpAcknowledgements.Of(reading.Envelope, [], profile, newId(), now, "Received before; it has no further effect."));
            }

            if (known.Revision >= document.Revision)
            {
                var text = known.Revision == document.Revision ? "This revision is known with another content." : $"Revision {known.Revision} is known.";
                return Refuse(EsmpOutcome.Refused, reading, [new EsmpRefusal(ReasonCode.Version, text)], now);
            }
        }

        var refusals = EsmpRules.Check(document, profile, now);
        if (refusals.Count == 0)
        {
            Forget(now);
            refusals = _accepted.Count >= MostKept ? [new EsmpRefusal(ReasonCode.Unprocessable, "Too many documents are open.")] : apply(document);
        }

        if (refusals.Count > 0)
        {
            return Refuse(EsmpOutcome.Refused, reading, refusals, now);
        }

        var taken = new AcceptedDocument(document.Sender, document.MRid, document.Revision, content, document.Interval!.End + profile.OldestAccount);
        keep?.Invoke(taken);
        _accepted[(document.Sender, document.MRid)] = taken;
        return new EsmpReceipt(EsmpOutcome.Accepted, document, EsmpAcknowledgements.Of(reading.Envelope, [], profile, newId(), now));
    }

    private void Forget(DateTimeOffset now)
    {
        if (_accepted.Count >= MostKept)
        {
            foreach (var old in _accepted.Where(known => known.Value.KeepUntil < now).Select(known => known.Key).ToList())
            {
                _accepted.Remove(old);
            }
        }
    }

    private EsmpReceipt Refuse(EsmpOutcome outcome, EsmpReading reading, IReadOnlyList<EsmpRefusal> refusals, DateTimeOffset now) =>
        new(outcome, reading.Document, EsmpAcknowledgements.Of(reading.Envelope, refusals, profile, newId(), now));
}
