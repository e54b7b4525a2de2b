using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Benchmarks.Clearing;

/// <summary>
/// A file of orders, <c>id,side,user,price_tick,qty_wh,quality,submitted</c>, packed for the auction. A tick is the file's unit of price;
/// the auction's ticks are counted from the lowest one in the file.
/// </summary>
internal sealed class OrderFile
{
    private const string Header = "id,side,user,price_tick,qty_wh,quality,submitted";

    private OrderFile(PackedOrder[] orders, int[] owners, long lowestTick, int ticks, bool hasTwoSidedOwners) =>
        (Orders, Owners, LowestTick, Ticks, HasTwoSidedOwners) = (orders, owners, lowestTick, ticks, hasTwoSidedOwners);

    public PackedOrder[] Orders { get; }

    /// <summary>Who owns each order, numbered as they appear.</summary>
    public int[] Owners { get; }

    public long LowestTick { get; }

    public int Ticks { get; }

    /// <summary>Whether somebody both buys and sells; only then must trades be kept apart.</summary>
    public bool HasTwoSidedOwners { get; }

    /// <exception cref="InvalidDataException">A line cannot be used; the message says which and why.</exception>
    public static OrderFile Read(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 20);
        if (reader.ReadLine()?.Trim() != Header)
        {
            throw new InvalidDataException($"{path}: line 1 must be {Header}");
        }

        var rows = new List<(Side Side, long Tick, uint WattHours)>();
        var (owners, ids, names) = (new List<int>(), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        for (var line = 2; reader.ReadLine() is { } text; line++)
        {
            if (text.Length > 0)
            {
                rows.Add(Row(text, ids, names, owners, $"{path}: line {line}"));
            }
        }

        var (low, high) = rows.Count == 0 ? (0, 0) : (rows.Min(row => row.Tick), rows.Max(row => row.Tick));
        if ((Int128)high - low >= TickGrid.MostTicks)
        {
            throw new InvalidDataException($"{path}: the ticks {low} to {high} are further apart than {TickGrid.MostTicks}.");
        }

        PackedOrder[] orders = [.. rows.Select(row => new PackedOrder(row.Side, (int)(row.Tick - low), row.WattHours))];
        var sides = new int[names.Count];
        for (var i = 0; i < orders.Length; i++)
        {
            sides[owners[i]] |= orders[i].Side == Side.Buy ? 1 : 2;
        }

        return new OrderFile(orders, [.. owners], low, (int)(high - low) + 1, Array.Exists(sides, side => side == 3));
    }

    /// <summary>The orders for the auction that sorts, which also finds the volume where an owner's two sides bind.</summary>
    public List<Order> ToOrders()
    {
        MemberId[] names = [.. Enumerable.Range(0, Owners.Length == 0 ? 0 : Owners.Max() + 1).Select(owner => new MemberId($"{owner:D9}"))];
        return [.. Orders.Select((order, place) => new Order(
            KeyOf(place), names[Owners[place]], order.Side, new Price(LowestTick + order.Tick), new Energy(order.WattHours)))];
    }

    public static void Write(string path, int count, ulong seed)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        writer.WriteLine(Header);
        var orders = RandomOrders.Create(count, seed);
        for (var i = 0; i < orders.Length; i++)
        {
            var order = orders[i];
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"o{i},{(order.Side == Side.Buy ? "bid" : "offer")},{(order.Side == Side.Buy ? 'b' : 's')}{i % 100_000},{order.Tick},{order.WattHours},0,{i}"));
        }
    }

    private static (Side, long, uint) Row(string text, HashSet<string> ids, Dictionary<string, int> names, List<int> owners, string where)
    {
        Span<Range> ranges = stackalloc Range[8];
        var line = text.AsSpan();
        if (line.Split(ranges, ',') != 7)
        {
            throw new InvalidDataException($"{where}: seven values with commas between them, as in line 1.");
        }

        if (!ids.Add(text[ranges[0]]))
        {
            throw new InvalidDataException($"{where}: the id {text[ranges[0]]} is there twice.");
        }

        var side = line[ranges[1]] switch
        {
            "bid" or "buy" => Side.Buy,
            "offer" or "sell" or "ask" => Side.Sell,
            _ => throw new InvalidDataException($"{where}: side is bid or offer, not {text[ranges[1]]}."),
        };
        if (!long.TryParse(line[ranges[3]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tick) || Int128.Abs(tick) > 1L << 40)
        {
            throw new InvalidDataException($"{where}: price_tick {text[ranges[3]]} is not a whole number, or too large.");
        }

        if (!uint.TryParse(line[ranges[4]], NumberStyles.None, CultureInfo.InvariantCulture, out var energy) || energy == 0)
        {
            throw new InvalidDataException($"{where}: qty_wh {text[ranges[4]]} is not a whole number from 1 to {uint.MaxValue}.");
        }

        var name = text[ranges[2]];
        owners.Add(names.TryGetValue(name, out var owner) ? owner : names[name] = names.Count);
        return (side, tick, energy);
    }

    private static Hash256 KeyOf(int place)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes[28..], place);
        return new Hash256(bytes);
    }
}
