using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed partial class AdmissionDeskTests
{
    // A batch has at most 512 bids, so these are four at least, some examined while others are judged or written. A bid that were judged before one
    // that came earlier would have the higher number, and the other be refused as stale.
    [Fact]
    public async Task Bids_of_many_batches_are_judged_in_the_order_of_arrival_and_each_has_one_answer_before_the_queue_ends()
    {
        var bids = Enumerable.Range(1, 1_800).Select(number => Incoming(Sign(Buy(number, 500)))).ToArray();
        bids[700] = bids[700] with { Payload = "garbage"u8.ToArray() };
        var answers = new List<(IncomingBid Bid, BidReceipt Receipt)>();
        var queue = new AdmissionQueue(_desk, Answer, NullLogger.Instance);

        var running = queue.RunAsync(TestContext.Current.CancellationToken);
        foreach (var bid in bids)
        {
            await queue.AddAsync(bid, TestContext.Current.CancellationToken);
        }

        queue.Complete();
        await running;

        var byBid = answers.ToDictionary(answer => answer.Bid, answer => answer.Receipt); // throws at a second answer
        Assert.Equal(bids.Length, byBid.Count);
        Assert.Equal("malformed", byBid[bids[700]].Reason);
        Assert.Equal([700], Enumerable.Range(0, bids.Length).Where(place => !byBid[bids[place]].Accepted));
        Assert.Equal(Enumerable.Range(1, bids.Length).Where(number => number != 701), _journal.Bids(Open).Select(bid => (int)bid.Signed.Bid.Number));
        Assert.Equal(bids.Length, Assert.Single(await _open.CloseAsync()).Bid.Number);

        void Answer(IncomingBid bid, BidReceipt receipt)
        {
            lock (answers)
            {
                answers.Add((bid, receipt));
            }
        }
    }
}
