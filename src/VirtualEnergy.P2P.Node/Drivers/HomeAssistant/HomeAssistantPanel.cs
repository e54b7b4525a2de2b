using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>
/// The node in Home Assistant, without a line of YAML: it announces itself and its entities on the home's broker, keeps their states, and
/// takes the member's commands. The market does not wait for it: while that broker is away the node trades on.
/// </summary>
public sealed class HomeAssistantPanel : IAsyncDisposable
{
    private static readonly byte[] Online = "online"u8.ToArray();
    private static readonly byte[] Offline = "offline"u8.ToArray();

    // Longer than this nothing is shown that time alone has changed.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly NodeTopics _topics;
    private readonly string _homeName;
    private readonly MemberControls _controls;
    private readonly NodePicture _picture;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MqttLink _link;
    private readonly Channel<Func<bool>> _work = Channel.CreateBounded<Func<bool>>(new BoundedChannelOptions(1_000) { SingleReader = true });
    private readonly Dictionary<string, string> _shown = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _refused = [];
    private bool _isAnnounced;
    private ImmutableSortedDictionary<string, string> _overrides = ImmutableSortedDictionary<string, string>.Empty;
    private Task _running = Task.CompletedTask;

    /// <param name="broker">The home's broker.</param>
    /// <param name="member">Whose node it is.</param>
    /// <param name="homeName">What the device is called.</param>
    /// <param name="controls">Set by commands, shown as states.</param>
    /// <param name="totals">What was counted before this start.</param>
    /// <param name="prefix">Home Assistant's discovery prefix.</param>
    public HomeAssistantPanel(
        HomeBroker broker, MemberId member, string homeName, MemberControls controls, NodeTotals totals, TimeProvider time, ILogger logger, string prefix = NodeTopics.DefaultPrefix)
    {
        (_homeName, _controls, _time, _logger) = (homeName, controls, time, logger);
        _topics = new NodeTopics(member, prefix);
        _picture = new NodePicture(member, totals);
        _link = broker.Link(
            _topics.NodeId, time, logger, new MqttMessage(_topics.Availability, Offline, Retain: true), new MqttMessage(_topics.Availability, Online, Retain: true));
        _link.StateChanged += change =>
        {
            if (change.State == LinkState.Connected)
            {
                // A broker that was started anew may have forgotten what it was to keep.
                Do(Forget);
            }
        };
        _controls.Changed += OnControlsChanged;
    }

    /// <summary>Names of the devices that the member can override; none unless told.</summary>
    public Func<IEnumerable<string>> Devices { get; init; } = () => [];

    /// <summary>Begins, and returns at once: a broker that is away is tried until it is there.</summary>
    public async Task StartAsync()
    {
        await _link.SubscribeAsync(_topics.Commands, OnCommandAsync, _stopping.Token).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Birth, OnBirthAsync, _stopping.Token).ConfigureAwait(false);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Takes the node's news; never waits and never throws.</summary>
    public void Tell(NodeNews news) => Do(() =>
    {
        _picture.Take(news);
        return news is MarketJoined;
    });

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _controls.Changed -= OnControlsChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private void OnControlsChanged() => Do(() => false);

    private void Do(Func<bool> work)
    {
        if (!_work.Writer.TryWrite(work))
        {
            _logger.LogWarning("The home's broker is so slow that Home Assistant misses something.");
        }
    }

    private bool Forget()
    {
        _shown.Clear();
        return true;
    }

    private Task OnBirthAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Payload.Span.SequenceEqual(Online))
        {
            Do(Forget);
        }

        return Task.CompletedTask;
    }

    private Task OnCommandAsync(MqttMessage message, CancellationToken cancellation)
    {
        var entity = _topics.EntityOf(message.Topic);
        string? refusal = "it is retained, and a command is for now alone";
        if (entity is not null && !message.Retain && _overrides.GetValueOrDefault(entity) is { } device)
        {
            if (OverrideEntities.TryRead(device, message.Payload.Span, _time.GetUtcNow(), out var word, out refusal))
            {
                _controls.Decide(device, word);
                return Task.CompletedTask;
            }
        }
        else if (entity is not null && !message.Retain && MemberCommands.TryRead(entity, message.Payload.Span, out var change, out refusal))
        {
            _controls.Set(change);
            return Task.CompletedTask;
        }

        // Once for each reason: whoever floods the broker does not flood the log.
        var what = entity is NodeEntities.Pause or NodeEntities.MostPrice or NodeEntities.MostADay || (entity is not null && _overrides.ContainsKey(entity)) ? entity : "an unknown entity";
        if (_refused.Count < 100 && _refused.Add($"{what}: {refusal}"))
        {
            _logger.LogWarning("A command to {Entity} is refused: {Reason}.", what, refusal);
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        try
        {
            _ = ConnectAsync();
            while (true)
            {
                await ShowAsync(_stopping.Token).ConfigureAwait(false);
                await WaitAsync(_stopping.Token).ConfigureAwait(false);
                while (_work.Reader.TryRead(out var work))
                {
                    _isAnnounced &= !work();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped; the broker says offline by itself.
        }
    }

    private async Task ConnectAsync()
    {
        try
        {
            await _link.StartAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (MqttLinkException refused)
        {
            _logger.LogError("Home Assistant does not see this node: {Reason}", refused.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopped before the broker was reached.
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var changes = _controls.Overrides.Select(word => (DateTimeOffset?)word.Until).Append(_picture.ChangesAt(now)).Where(at => at > now).Min();
        var pause = changes is { } at && at - now < LongestPause ? at - now : LongestPause;
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(pause, _time, wake.Token), _work.Reader.WaitToReadAsync(wake.Token).AsTask()).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Announces where that is due, then publishes the states that have changed. What fails is tried again with the next news.</summary>
    private async Task ShowAsync(CancellationToken cancellation)
    {
        if (_link.State != LinkState.Connected)
        {
            return;
        }

        try
        {
            var overrides = OverrideEntities.Of(Devices());
            _isAnnounced &= overrides.SequenceEqual(_overrides);
            _overrides = overrides;
            if (!_isAnnounced)
            {
                foreach (var configuration in NodeEntities.Configurations(_topics, _homeName, _picture.Home?.Battery is not null))
                {
                    await _link.PublishAsync(configuration.Topic, configuration.Payload, retain: true, cancellation).ConfigureAwait(false);
                }

                foreach (var (entity, device) in overrides)
                {
                    var configuration = OverrideEntities.Configuration(_topics, _homeName, entity, device);
                    await _link.PublishAsync(configuration.Topic, configuration.Payload, retain: true, cancellation).ConfigureAwait(false);
                }

                await _link.PublishAsync(_topics.Availability, Online, retain: true, cancellation).ConfigureAwait(false);
                _isAnnounced = true;
            }

            foreach (var (entity, state, attributes) in _picture.States(_time.GetUtcNow(), _controls).ToList())
            {
                await ShowAsync(_topics.State(entity), state, cancellation).ConfigureAwait(false);
                if (attributes is not null)
                {
                    await ShowAsync(_topics.Attributes(entity), attributes.ToJsonString(), cancellation).ConfigureAwait(false);
                }
            }

            foreach (var (entity, device) in overrides)
            {
                var (state, attributes) = OverrideEntities.Show(device, _controls.Overrides, _time.GetUtcNow());
                await ShowAsync(_topics.Attributes(entity), attributes.ToJsonString(), cancellation).ConfigureAwait(false);
                await ShowAsync(_topics.State(entity), state, cancellation).ConfigureAwait(false);
            }
        }
        catch (MqttLinkException failure)
        {
            _logger.LogDebug(failure, "A state was not shown; the next attempt shows all.");
        }
    }

    private async Task ShowAsync(string topic, string text, CancellationToken cancellation)
    {
        if (_shown.GetValueOrDefault(topic) != text)
        {
            await _link.PublishAsync(topic, Encoding.UTF8.GetBytes(text), retain: true, cancellation).ConfigureAwait(false);
            _shown[topic] = text;
        }
    }
}
