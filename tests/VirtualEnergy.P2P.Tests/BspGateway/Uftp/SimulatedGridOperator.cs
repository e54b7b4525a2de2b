using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>
/// A grid operator for tests: checks offers and revocations as the specification says, orders what it is told to order, and settles
/// by meters that it is given.
/// </summary>
internal sealed class SimulatedGridOperator(UftpProfile profile, TimeProvider time)
{
    private readonly UftpWriter _writer = new(profile, time, UftpExamples.Id);
    private readonly Dictionary<Guid, FlexRequest> _requests = [];
    private readonly Dictionary<Guid, FlexOffer> _revoked = [];

    public Dictionary<Guid, FlexOffer> Offers { get; } = [];

    public Dictionary<Guid, FlexOrder> Orders { get; } = [];

    public Dictionary<(string CongestionPoint, DateOnly Period), DPrognosis> Prognoses { get; } = [];

    public List<UftpMessage> Received { get; } = [];

    public FlexRequest Ask(FlexRequest request) => _requests[request.MessageId] = request;

    public FlexOrder Order(FlexOffer offer, decimal factor = 1m, string reference = "ORD-1")
    {
        var order = UftpExamples.Order(offer, factor, reference);
        return Orders[order.MessageId] = order;
    }

    public IReadOnlyList<UftpMessage> Receive(UftpArrival arrival)
    {
        if (arrival.Message is not { } message || arrival.Rejection is not null)
        {
            return [];
        }

        Received.Add(message);
        List<string> reasons = [.. UftpRules.Check(message, profile, time.GetUtcNow())];
        switch (message)
        {
            case FlexOffer offer when reasons.Count == 0:
                reasons.AddRange(Against(offer));
                if (reasons.Count == 0)
                {
                    Offers[offer.MessageId] = offer;
                }

                break;
            case FlexOfferRevocation revocation:
                reasons.AddRange(!Offers.ContainsKey(revocation.FlexOfferMessageId) ? [UftpReasons.Unknown("FlexOfferMessageID")] : Orders.Values.Any(order => order.FlexOfferMessageId == revocation.FlexOfferMessageId) ? [UftpReasons.Procured] : []);
                if (reasons.Count == 0 && Offers.Remove(revocation.FlexOfferMessageId, out var taken))
                {
                    _revoked[taken.MessageId] = taken;
                }

                break;
            case DPrognosis prognosis when reasons.Count == 0:
                reasons.AddRange(Prognoses.TryGetValue((prognosis.CongestionPoint, prognosis.Period), out var before) && before.Revision >= prognosis.Revision ? [UftpReasons.Subordinate] : []);
                if (reasons.Count == 0)
                {
                    Prognoses[(prognosis.CongestionPoint, prognosis.Period)] = prognosis;
                }

                break;
            case FlexOrderResponse { Result: UftpResult.Rejected } response:
                Orders.Remove(response.FlexOrderMessageId);
                break;
            default:
                break;
        }

        return _writer.Answer(message, reasons) is { } answer ? [answer] : [];
    }

    private IEnumerable<string> Against(FlexOffer offer)
    {
        if (offer.Unsolicited == true)
        {
            return offer.DPrognosisMessageId is { } id && Prognoses.Values.Any(prognosis => prognosis.MessageId == id) ? [] : ["No baseline"];
        }

        if (offer.FlexRequestMessageId is not { } asked || !_requests.TryGetValue(asked, out var request))
        {
            return [UftpReasons.Unknown("FlexRequestMessageID")];
        }

        var wanted = request.Isps.Where(isp => isp.Disposition == FlexDisposition.Requested).SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count)).ToHashSet();
        return offer.Options.All(option => option.Isps.Any(isp => Enumerable.Range(isp.Start, isp.Span.Count).Any(wanted.Contains))) ? [] : ["Request mismatch"];
    }
}
