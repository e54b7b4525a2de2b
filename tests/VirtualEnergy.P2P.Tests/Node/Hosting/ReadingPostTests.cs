using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class ReadingPostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly JoinedMarket Village = JoinedMarket.Join(
        new MarketDescription("village", 31337, Key(3).Address.ToString(), ProviderKey.Address.ToString(), MarketRules.Default), null,
        new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), SupplierTariff.Flat(new Price(280_000), new Price(90_000)), false, TimeProvider.System, NullLogger.Instance);

    private readonly FakeTimeProvider _time = new(Ten);
    private int _sent;

    [Fact]
    public async Task Of_a_period_that_is_read_twice_the_last_reading_is_sent_until_it_is_answered_itself()
    {
        await using var post = Post();
        Assert.True(post.IsAnswered);
        await SendAsync(post, 1);
        await SendAsync(post, 2);
        await post.TakeReceipt(Answer(1), Village);
        Assert.False(post.IsAnswered);
        _time.Advance(Patience);
        Assert.Equal(3, _sent);

        await post.TakeReceipt(Answer(2), Village);
        Assert.True(post.IsAnswered);
        _time.Advance(10 * Patience);
        Assert.Equal(3, _sent);
    }

    [Fact]
    public async Task Readings_that_are_refused_for_the_same_reason_again_and_again_are_said_once_until_one_counts()
    {
        var log = new KeptLog();
        await using var post = Post(log);
        foreach (var reason in new[] { "wrong-period", "wrong-period", "over-capacity", "over-capacity" })
        {
            await SendAsync(post, 1);
            await post.TakeReceipt(Answer(1, reason), Village);
        }

        Assert.Equal(2, log.Warnings.Count);
        Assert.EndsWith("Is this machine's clock right? ve doctor says.", log.Warnings[0], StringComparison.Ordinal);

        var signature = new ReadingReceiptSigning(Village.Domain).Sign(new ReceiptedBid(default, Member(0), First, 1), ProviderKey);
        await post.TakeReceipt(new MqttMessage("readings", WireFormat.Write(new ReadingReceipt(Member(0), First, 1, default, null, signature))), Village);
        await post.TakeReceipt(Answer(1, "over-capacity"), Village);
        Assert.Equal(3, log.Warnings.Count);
    }

    [Fact]
    public async Task A_meter_that_is_silent_for_many_periods_is_said_once_until_it_counts_again()
    {
        var log = new KeptLog();
        await using var post = Post(log);
        foreach (var counts in new PeriodCounts?[] { null, null, new PeriodCounts(new Energy(100), Energy.Zero, null), null, null })
        {
            await post.SendWhenOverAsync((_, _, _) => Task.FromResult(counts), Village, HomeKey(0), First, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, log.Warnings.Count);
    }

    private static Task SendAsync(ReadingPost post, long number) => post.SendAsync(
        Village, HomeKey(0), new MeteredEnergy(Member(0), First, number, new Energy(100), Energy.Zero, Energy.Zero, Energy.Zero, Energy.Zero), TestContext.Current.CancellationToken);

    // Refused: that is an answer too, and needs no signature.
    private static MqttMessage Answer(long number, string reason = "too-late") =>
        new("readings", WireFormat.Write(new ReadingReceipt(Member(0), First, number, default, reason, [])));

    private ReadingPost Post(ILogger? log = null) => new(
        Member(0), "meters",
        new PendingBid(
            (_, _, _) =>
            {
                _sent++;
                return Task.CompletedTask;
            },
            _time, NullLogger.Instance),
        _ => { }, log ?? NullLogger.Instance);
}
