using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Node.S2.Discovery;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>
/// The home's devices that speak S2, and its agent as their energy manager: what they tell goes into plan and bid, what the market allotted goes back
/// to them as instructions. A device that is away, floods or says nothing loses its session and its part in the plan; nobody waits for it.
/// </summary>
public sealed class S2House : IAsyncDisposable
{
    /// <summary>The control types that are used, best first.</summary>
    public static readonly ImmutableArray<ControlType> Preference =
    [
        ControlType.FillRateBasedControl, ControlType.OperationModeBasedControl, ControlType.PowerProfileBasedControl,
        ControlType.DemandDrivenBasedControl, ControlType.PowerEnvelopeBasedControl, ControlType.NotControlable,
    ];

    /// <summary>A device whose clock is further off is told of.</summary>
    private static readonly TimeSpan MostOff = TimeSpan.FromMinutes(5);

    private readonly S2Folder _folder;
    private readonly ConnectDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OnceLog _once;
    private readonly IdentifierSequence _ids;
    private S2EnergyManager? _manager;
    private S2Announcer? _announcer;
    private S2Door? _door;
    private readonly ConditionalWeakTable<S2Connection, S2House> _described = [];
    private ImmutableHashSet<string> _introduced = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private ImmutableHashSet<string> _held = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <param name="folder">Certificate and paired devices; disposed with this.</param>
    /// <param name="desk">The folder's, over the doors.</param>
    /// <param name="ids">Makes the ids of its instructions unlike those of any run before.</param>
    private S2House(S2Folder folder, ConnectDesk desk, IdentifierSequence ids, TimeProvider time, ILogger logger) =>
        (_folder, _desk, _ids, _time, _logger, _once) = (folder, desk, ids, time, logger, new OnceLog(logger));

    /// <summary>Where devices connect.</summary>
    public Uri Address => _manager!.Address;

    /// <summary>SHA-256 of its certificate, hexadecimal.</summary>
    public string Fingerprint => _folder.Fingerprint;

    /// <summary>Begins to listen.</summary>
    /// <param name="random">For ids.</param>
    /// <exception cref="UserErrorException">The folder cannot be used, or nothing can listen there.</exception>
    public static async Task<S2House> StartAsync(S2HouseOptions options, RandomNumberGenerator random, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var folder = S2Folder.Open(options.Folder, time, random);
        var doors = new S2Doors(time);
        foreach (var (device, token) in options.Tokens)
        {
            doors.Admit(device, token);
        }

        var house = new S2House(folder, folder.Desk(doors, time, random), new IdentifierSequence(Uuid.From(random)), time, logger);
        try
        {
            house._manager = await S2EnergyManager.StartAsync(
                new S2Listening(options.Listen, folder.Certificate, options.Host), doors, Preference, house.HearAsync, time, random, options.Limits, house._desk, house.HearOfEnd, cancellation).ConfigureAwait(false);
            logger.LogInformation("Devices that speak S2 are managed at {Address}; {Count} are paired.", house.Address, folder.Paired.All.Count);
            house._door = new S2Door(folder, house._desk, options.Listen, house.Address, () => house.Shown, random, time);
            if (house._door.Start() is { } why)
            {
                logger.LogWarning("ve s2 pair and ve s2 code do not reach this node by {Folder}: {Why}", options.Folder, why);
            }

            house._desk.Prepared = house.HearOfPairing;
            house._announcer = options.Announces ? S2Announcer.Start(options.Listen, house.Pairing, folder.Self.Id, folder.Self.Brand, time, logger) : null;
            return house;
        }
        catch (IOException fault)
        {
            folder.Dispose();
            throw new UserErrorException($"s2.listen {options.Listen}: {fault.Message}", fault);
        }
    }

    /// <summary>Where devices are paired.</summary>
    public Uri Pairing => ConnectEndpoints.PairingAt(Address);

    /// <summary>Shows a code by which one device can be paired within five minutes, and where.</summary>
    public (Uri Address, string Code) IssueCode() => (Pairing, _desk.IssueCode());

    /// <summary>
    /// The name under which a connected device is planned, the same at every session: what its owner or it itself calls it, where it is paired, else the name of its token.
    /// </summary>
    public string NameOf(S2Device device) => $"s2/{DeviceNames.Of(device, _folder.Paired) ?? device.Device}";

    /// <summary>The devices as they are known for a period.</summary>
    /// <remarks>Picked before they are sorted: sorting copies a collection by its count, which a device that comes meanwhile exceeds.</remarks>
    public S2Plan Plan(DateTimeOffset at, MarketRules rules, SupplierPrices supplier, ImmutableArray<FixedDevice> words) => S2Plan.Of(
        _manager!.Devices.Where(device => device.Value.Connection.IsEstablished).OrderBy(device => device.Key, StringComparer.Ordinal)
            .Select(device => new S2Part(NameOf(device.Value), device.Value.Connection.Resource)),
        at, rules, supplier, words);

    /// <summary>Names of the devices that are connected, as they are planned.</summary>
    public IEnumerable<string> Names => _manager!.Devices.Values.Where(device => device.Connection.IsEstablished).Select(NameOf);

    /// <summary>What a connected device has told of itself; null while it is not connected.</summary>
    /// <param name="name">As it is planned.</param>
    public S2Resource? ResourceOf(string name) => _manager!.Devices.Values.FirstOrDefault(device => device.Connection.IsEstablished && NameOf(device) == name)?.Connection.Resource;

    /// <summary>Names of devices that are held back: they are told to be off whatever else holds for them.</summary>
    public ImmutableHashSet<string> Held => _held;

    /// <summary>All devices, as people see them.</summary>
    public ImmutableArray<S2Shown> Shown => S2Shown.All(_folder.Paired, _manager!.Devices, _time.GetUtcNow());

    /// <summary>Holds a device back from its next word on, or no longer.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Hold(string name, bool isHeld) => ImmutableInterlocked.Update(ref _held, held => isHeld ? held.Add(name) : held.Remove(name));

    /// <summary>Tells each device its part of a period that has begun.</summary>
    /// <param name="only">Which devices are told; null tells all.</param>
    public void Obey(Delivery delivery, MarketRules rules, SupplierPrices supplier, ImmutableArray<FixedDevice> words, IReadOnlySet<string>? only = null)
    {
        foreach (var device in _manager!.Devices.Values.Where(device => device.Connection.IsEstablished))
        {
            if (device.Connection.Resource.Missing(_time.GetUtcNow()) is { } missing)
            {
                _once.Warn(NameOf(device), $"takes no part in plan and bid: it has not told {OnceLog.Shown(missing)}.");
            }
        }

        ImmutableArray<FixedDevice> firm = [.. _held.Select(name => new FixedDevice(name, false, new Period(long.MaxValue))), .. words];
        foreach (var (name, instructions, all) in Plan(_time.GetUtcNow(), rules, supplier, firm).OrdersFor(delivery, _ids.Next).Where(order => only?.Contains(order.Name) ?? true).ToList())
        {
            if (_manager!.Devices.Values.FirstOrDefault(device => NameOf(device) == name) is { } device)
            {
                Tell(device, instructions, all);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_announcer is not null)
        {
            await _announcer.DisposeAsync().ConfigureAwait(false);
        }

        if (_door is not null)
        {
            await _door.DisposeAsync().ConfigureAwait(false);
        }

        if (_manager is not null)
        {
            await _manager.DisposeAsync().ConfigureAwait(false);
        }

        _folder.Dispose();
    }

    private void Tell(S2Device device, ImmutableArray<S2Instruction> instructions, bool all)
    {
        string? problem = null;
        foreach (var instruction in instructions)
        {
            problem = device.Connection.Send(id => instruction with { MessageId = id });
            if (problem is null && !all)
            {
                return;
            }

            if (problem is not null && all)
            {
                break;
            }
        }

        if (problem is not null)
        {
            _once.Warn(NameOf(device), $"goes on as it is: {problem}.");
        }
    }

    // Once for each that it says of itself, however often it comes: the book says when it was lost and is back.
    private void HearWho(string device, string name, string model)
    {
        if (_introduced.Count < S2EnergyManager.MostDevices && ImmutableInterlocked.Update(ref _introduced, known => known.Add($"{device} {name} {model}")))
        {
            _logger.LogInformation("{Device} is here: {Name}, {Model}.", device, name, model);
        }
    }

    private void HearOfEnd(S2Device device, string why)
    {
        if (!IsOrderly(why))
        {
            _once.Warn(NameOf(device), $"has lost its session: {OnceLog.Shown(why)}.");
        }
    }

    private static bool IsOrderly(string why) => why is S2Connection.ClosedByPeer or S2Connection.StoppedHere || why.StartsWith("the peer asked to", StringComparison.Ordinal);

    private static DateTimeOffset? SaidAt(S2Request message) => message switch
    {
        PowerMeasurement measurement => measurement.MeasurementTimestamp,
        Flexibility.S2.Messages.InstructionStatusUpdate update => update.Timestamp,
        _ => null,
    };

    private bool TakesPart(S2Resource device) =>
        device.Selected != ControlType.NoSelection && device.Missing(_time.GetUtcNow()) is null && (device.Selected != ControlType.PowerProfileBasedControl || !device.Jobs.IsEmpty);

    // Anybody in the home can say so; nobody is told the code but who owns this node.
    private void HearOfPairing(NodeDescription device, bool hasCode) => _once.Warn(
        $"{device.Brand} {device.ModelName}", hasCode ? "is about to be paired: type the code in there." : "is about to be paired, and there is no code now: ve s2 code shows one.");

    private ValueTask HearAsync(S2Device device, S2Event news)
    {
        if (news is S2Taken && TakesPart(device.Connection.Resource) && _described.TryAdd(device.Connection, this))
        {
            _logger.LogInformation("{Device} has described itself and takes part in plan and bid.", NameOf(device));
        }

        if (news is S2Taken taken && SaidAt(taken.Message) is { } said && (said - _time.GetUtcNow()).Duration() is var off && off > MostOff)
        {
            _once.Warn(NameOf(device), $"has a clock that is {off.TotalHours:0.#} h {(said > _time.GetUtcNow() ? "fast" : "slow")}: what it is told begins by that.");
        }

        switch (news)
        {
            case S2Taken { Message: ResourceManagerDetails details }:
                HearWho(NameOf(device), OnceLog.Shown(details.Name ?? details.ResourceId.ToString()), OnceLog.Shown($"{details.Manufacturer} {details.Model}".Trim()));
                break;
            case S2Taken { Message: Flexibility.S2.Messages.InstructionStatusUpdate update }:
                _logger.Log(
                    update.StatusType is InstructionStatus.Started or InstructionStatus.Rejected or InstructionStatus.Aborted ? LogLevel.Information : LogLevel.Debug,
                    "{Device}: instruction {Instruction} is {Status}.", NameOf(device), update.InstructionId, update.StatusType);
                break;
            case S2Refused { Refusal: var refusal }:
                _once.Warn(NameOf(device), $"says what is refused, {refusal.Status}: {OnceLog.Shown(refusal.Diagnostic)}.");
                break;
            case S2RefusedByPeer { Message: var message, Refusal: var refusal }:
                _once.Warn(NameOf(device), $"refuses {message.GetType().Name}, {refusal.Status}: {OnceLog.Shown(refusal.Diagnostic)}.");
                break;
        }

        return ValueTask.CompletedTask;
    }
}
