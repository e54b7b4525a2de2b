using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Writes what became of a document. A document is taken whole or refused whole.</summary>
internal static class EsmpAcknowledgements
{
    /// <summary>The reasons for faults of form: the place's own code, else that something is missing, else that it cannot be processed.</summary>
    public static IReadOnlyList<EsmpRefusal> Refusals(IEnumerable<XmlFault> faults) =>
        [.. faults.Select(fault => new EsmpRefusal(fault.Code ?? (fault.Kind == XmlFaultKind.Missing ? ReasonCode.Missing : ReasonCode.Unprocessable), fault.ToString()))];

    public static AcknowledgementDocument Of(EsmpEnvelope envelope, IReadOnlyList<EsmpRefusal> refusals, EsmpProfile profile, string id, DateTimeOffset now, string? note = null)
    {
        var verdict = new EsmpReason(refusals.Count == 0 ? ReasonCode.Accepted : ReasonCode.Rejected);
        var ofDocument = refusals.Where(refusal => refusal.Series is null).Select(Reason).Concat(note is null ? [] : [new EsmpReason(ReasonCode.Complementary, note)]);
        return new AcknowledgementDocument
        {
            MRid = id,
            CreatedAt = Seconds(now),
            Sender = profile.Self,
            SenderRole = profile.SelfRole,
            Receiver = envelope.Sender ?? profile.Partners[0].Id,
            ReceiverRole = envelope.SenderRole,
            ReceivedId = envelope.MRid,
            ReceivedRevision = envelope.Revision,
            ReceivedType = envelope.Type,
            ReceivedProcess = envelope.ProcessType,
            ReceivedCreatedAt = envelope.CreatedAt,
            RejectedSeries = ValueList.From(refusals.Where(refusal => refusal.Series is not null).GroupBy(refusal => refusal.Series!)
                .Select(series => new RejectedSeries(series.Key, Reasons: ValueList.From(series.Select(Reason))))),
            Reasons = ValueList.From(ofDocument.Prepend(verdict)),
        };
    }

    /// <summary>The instant, cut to whole seconds as these documents write it.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());

    private static EsmpReason Reason(EsmpRefusal refusal) => new(refusal.Code, refusal.Text.Length <= 512 ? refusal.Text : refusal.Text[..512]);
}
