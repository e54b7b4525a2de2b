using System.Collections.Concurrent;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>Sends orders to homes and waits for their answers: one at a time to a home, so that numbers arrive in their order. A home that is silent holds up nobody else.</summary>
/// <param name="customer">For the log.</param>
/// <param name="key">The provider's.</param>
/// <param name="signing">In the community's domain.</param>
/// <param name="between">The topics.</param>
/// <param name="journal">Where reservations and releases are kept before they are sent.</param>
/// <param name="publish">Sends: topic and payload.</param>
/// <param name="links">The machine's clock.</param>
/// <param name="stop">The gateway stops.</param>
/// <param name="logger">Told what a home did not get.</param>
internal sealed class HomePost(
    string customer, EthereumKey key, FlexibilitySigning signing, FlexibilityTopics between, OrderJournal journal, Func<string, byte[], Task> publish, TimeProvider links, ILogger logger,
    CancellationToken stop)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(12);

    private readonly ConcurrentDictionary<(MemberId Member, long Number), TaskCompletionSource<FlexibilityReply>> _unanswered = new();
    private readonly OrderNumbers _numbers = new(journal.NumbersUpTo, links, journal.KeepNumbers);

    public MemberId Bsp { get; } = key.Address.ToMember();

    /// <summary>A number above all before.</summary>
    public long NextNumber() => _numbers.Next();

    /// <summary>Tells a home an order, and waits a while for its answer.</summary>
    /// <param name="next">What to say, when it is the home's turn; null for nothing. A message that was said before goes under its number again.</param>
    /// <returns>Null where nothing was said or no answer came. Never throws: what is not told now is told when it is asked for again.</returns>
    public async Task<FlexibilityReply?> TellAsync(CommunityHome home, Func<FlexibilityOrder?> next)
    {
        try
        {
            await home.Turn.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            return next() is { } order ? await ExchangeAsync(home, order).ConfigureAwait(false) : null;
        }
        catch (Exception failure) when (failure is MqttLinkException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            logger.HomeNotTold(customer, home.Member.Value, failure.Message);
            return null;
        }
        finally
        {
            home.Turn.Release();
        }
    }

    /// <summary>A home has answered.</summary>
    public void Answered(FlexibilityReply reply, HomeOrder? accepted)
    {
        if (reply.Reason is { } reason)
        {
            logger.HomeAnswered(customer, reply.Member.Value, reply.Id, CommunityLink.Code(reason), reply.ShortfallWatts);
        }

        if (accepted is not null)
        {
            _ = KeepAcceptedAsync(accepted.First);
        }

        if (_unanswered.TryGetValue((reply.Member, reply.Number), out var waiting))
        {
            waiting.TrySetResult(reply);
        }
    }

    private async Task<FlexibilityReply?> ExchangeAsync(CommunityHome home, FlexibilityOrder order)
    {
        var signed = new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(signing.Hash(order), key));
        if (!home.HasSaid(order))
        {
            if (order.Kind != FlexibilityOrderKind.Activate)
            {
                await journal.KeepAsync(signed).ConfigureAwait(false);
            }

            home.Said(order);
        }

        var name = (order.Member, order.Number);
        var waiting = _unanswered.GetOrAdd(name, _ => new TaskCompletionSource<FlexibilityReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await publish(between.Orders(order.Member), WireFormat.Write(signed)).ConfigureAwait(false);
            return await waiting.Task.WaitAsync(AnswerTime, links, stop).ConfigureAwait(false);
        }
        finally
        {
            _unanswered.TryRemove(name, out _);
        }
    }

    // Without the line the order is told again after a restart, which has no second effect.
    private async Task KeepAcceptedAsync(FlexibilityOrder order)
    {
        try
        {
            await journal.KeepAcceptedAsync(order).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            logger.HomeNotTold(customer, order.Member.Value, failure.Message);
        }
    }
}
