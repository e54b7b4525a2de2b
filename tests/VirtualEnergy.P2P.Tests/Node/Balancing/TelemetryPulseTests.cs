using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Balancing;

public sealed class TelemetryPulseTests
{
    private static readonly FlexibilityTopics Between = new Topics("village").Flexibility(Provider);

    private readonly FakeTimeProvider _time = new(Ten);
    private readonly List<TelemetrySample> _samples = [];
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private TaskCompletionSource? _broker;

    [Fact]
    public void A_sample_goes_out_at_every_whole_multiple_of_the_interval()
    {
        using var pulse = Pulse();
        _time.Advance(TimeSpan.FromSeconds(4));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([4, 8], _samples.Select(SecondsOf));
    }

    [Fact]
    public void While_the_broker_does_not_answer_samples_are_left_out_and_then_what_flows_by_then_is_told_once()
    {
        using var pulse = Pulse();
        var answer = _broker = new TaskCompletionSource();
        for (var beat = 0; beat < 4; beat++)
        {
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        Assert.Equal([4], _samples.Select(SecondsOf));
        _broker = null;
        answer.SetResult();
        Assert.Equal([4, 16], _samples.Select(SecondsOf));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([4, 16, 20], _samples.Select(SecondsOf));
    }

    [Fact]
    public void A_link_that_fails_ends_nothing()
    {
        using var pulse = Pulse();
        var failure = _broker = new TaskCompletionSource();
        _time.Advance(TimeSpan.FromSeconds(4));
        _broker = null;
        failure.SetException(new MqttLinkException("gone"));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([4, 8], _samples.Select(SecondsOf));
    }

    private static int SecondsOf(TelemetrySample sample) => (int)(DateTimeOffset.FromUnixTimeMilliseconds(sample.At) - Ten).TotalSeconds;

    private TelemetryPulse Pulse()
    {
        var pulse = new TelemetryPulse(Member(0), () => (500, TelemetryQuality.Measured, _time.GetUtcNow()), PublishAsync, _random, _time, NullLogger.Instance);
        pulse.Start(Between, Provider, 4, Signing, HomeKey(0));
        return pulse;
    }

    private Task PublishAsync(string topic, byte[] payload)
    {
        if (topic != Between.Telemetry(Member(0)))
        {
            return Task.CompletedTask;
        }

        Assert.True(WireFormat.TryReadTelemetrySample(payload, Member(0), out var sample, out var error), error);
        _samples.Add(sample);
        return _broker?.Task ?? Task.CompletedTask;
    }
}
