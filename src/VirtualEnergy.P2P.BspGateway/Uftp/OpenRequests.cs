namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Grid operators' requests: which revision of each came last, and which of them wait for something to be offered. Not for several threads.</summary>
internal sealed class OpenRequests
{
    private readonly Dictionary<(string Domain, Guid Conversation, string CongestionPoint, DateOnly Period), long> _revisions = [];
    private readonly Dictionary<Guid, FlexRequest> _waiting = [];

    public int Count => _revisions.Count;

    /// <summary>The requests that wait and are not over.</summary>
    public IReadOnlyList<FlexRequest> WaitingAt(DateTimeOffset now)
    {
        foreach (var over in _waiting.Values.Where(request => request.ExpiresAt <= now).ToList())
        {
            _waiting.Remove(over.MessageId);
        }

        return [.. _waiting.Values];
    }

    /// <summary>Whether a request is a later revision than any before; only such a one can be taken.</summary>
    public bool IsNew(FlexRequest request) => !_revisions.TryGetValue(KeyOf(request), out var known) || request.Revision > known;

    /// <summary>A request was taken: earlier revisions of it wait no longer.</summary>
    public void Take(FlexRequest request)
    {
        var key = KeyOf(request);
        _revisions[key] = Math.Max(request.Revision, _revisions.GetValueOrDefault(key, long.MinValue));
        foreach (var before in _waiting.Values.Where(waiting => KeyOf(waiting) == key).ToList())
        {
            _waiting.Remove(before.MessageId);
        }
    }

    public void Wait(FlexRequest request) => _waiting[request.MessageId] = request;

    public void Answered(FlexRequest request) => _waiting.Remove(request.MessageId);

    /// <summary>Requests of days before this one are forgotten.</summary>
    public void Forget(DateOnly oldest)
    {
        foreach (var old in _revisions.Keys.Where(key => key.Period < oldest).ToList())
        {
            _revisions.Remove(old);
        }
    }

    private static (string Domain, Guid Conversation, string CongestionPoint, DateOnly Period) KeyOf(FlexRequest request) => (request.SenderDomain, request.ConversationId, request.CongestionPoint, request.Period);
}
