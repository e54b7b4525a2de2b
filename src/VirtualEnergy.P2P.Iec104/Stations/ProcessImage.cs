using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>The last value of every object of a station, and what it can be commanded.</summary>
internal sealed class ProcessImage
{
    private static readonly Station Nothing = new();

    private readonly SortedDictionary<ushort, Station> _stations = [];

    public IEnumerable<CommonAddress> Addresses => _stations.Keys.Select(number => new CommonAddress(number));

    public bool Has(ushort address) => _stations.ContainsKey(address);

    public void Define(CommonAddress address, in InformationObject initial, int group)
    {
        var most = initial.Type == AsduType.IntegratedTotals ? 4 : 16;
        if (!initial.Type.IsMonitored() || initial.Type.IsTimed() || initial.Address == ObjectAddress.Irrelevant || group < 0 || group > most)
        {
            throw new ArgumentException($"An object is defined by a value without time tag, an address above 0 and a group from 0 to {most}: {initial}.");
        }

        if (!Of(address).Points.TryAdd(initial.Address, new Point(initial, group)))
        {
            throw new ArgumentException($"Object {initial.Address} of station {address} is defined already.");
        }
    }

    public void DefineCommand(CommonAddress address, ObjectAddress item, AsduType type, bool selectFirst)
    {
        if (!type.IsCommand() || type.IsTimed() || item == ObjectAddress.Irrelevant)
        {
            throw new ArgumentException($"A command is defined by its type without time tag and an address above 0: {type} {item}.");
        }

        if (!Of(address).Commands.TryAdd(item, new CommandPoint(type, selectFirst)))
        {
            throw new ArgumentException($"Command {item} of station {address} is defined already.");
        }
    }

    public void Update(CommonAddress address, in InformationObject value)
    {
        if (!_stations.TryGetValue(address.Value, out var station) || !station.Points.TryGetValue(value.Address, out var point) || point.Value.Type != value.Type.Untimed())
        {
            throw new ArgumentException($"Station {address} has no such object: {value}.");
        }

        point.Value = value.Untimed();
    }

    public CommandPoint? Command(ushort address, ObjectAddress item) =>
        _stations.TryGetValue(address, out var station) && station.Commands.TryGetValue(item, out var point) ? point : null;

    /// <summary>Values without counters, of the station or of one group, by type and address.</summary>
    public IEnumerable<InformationObject> Values(ushort address, int group) => Ordered(Points(address)
        .Where(point => point.Value.Type != AsduType.IntegratedTotals && (group == 0 || point.Group == group)).Select(point => point.Value));

    /// <summary>Counters as last frozen, or as they are where they never were.</summary>
    public IEnumerable<InformationObject> Counters(ushort address, int group) =>
        Ordered(CounterPoints(address, group).Select(point => point.Frozen ?? point.Value));

    public void FreezeCounters(ushort address, int group)
    {
        foreach (var point in CounterPoints(address, group))
        {
            var number = ((point.Frozen ?? point.Value).ReadingNumber + 1) % 32;
            point.Frozen = InformationObject.IntegratedTotal(point.Value.Address, point.Value.Reading, number, point.Value.CounterQuality);
        }
    }

    private static IOrderedEnumerable<InformationObject> Ordered(IEnumerable<InformationObject> values) =>
        values.OrderBy(value => value.Type).ThenBy(value => value.Address.Value);

    private IEnumerable<Point> CounterPoints(ushort address, int group) =>
        Points(address).Where(point => point.Value.Type == AsduType.IntegratedTotals && (group == 0 || point.Group == group));

    private Dictionary<ObjectAddress, Point>.ValueCollection Points(ushort address) => (_stations.TryGetValue(address, out var station) ? station : Nothing).Points.Values;

    private Station Of(CommonAddress address)
    {
        if (address.Value == 0 || address == CommonAddress.Broadcast)
        {
            throw new ArgumentException("A station's address is 1 to 65534.");
        }

        if (!_stations.TryGetValue(address.Value, out var station))
        {
            _stations[address.Value] = station = new Station();
        }

        return station;
    }

    internal readonly record struct CommandPoint(AsduType Type, bool SelectFirst);

    private sealed class Station
    {
        public Dictionary<ObjectAddress, Point> Points { get; } = [];

        public Dictionary<ObjectAddress, CommandPoint> Commands { get; } = [];
    }

    private sealed class Point(InformationObject value, int group)
    {
        public InformationObject Value { get; set; } = value;

        public InformationObject? Frozen { get; set; }

        public int Group { get; } = group;
    }
}
