using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// A home's orders, on disk before they are answered, so that one that was accepted is held over a restart: a line of JSON for each message and for each
/// period that was run under one. Without a file it lasts as long as the node.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class FlexibilityBook
{
    private const long MostBytes = 64 << 20;
    private const int MostKept = 256;

    private readonly string? _path;
    private readonly ILogger _logger;
    private readonly Dictionary<long, HeldOrder> _orders = [];

    private FlexibilityBook(string? path, ILogger logger) => (_path, _logger) = (path, logger);

    /// <summary>The orders that are not long over, the latest last.</summary>
    public IEnumerable<HeldOrder> Orders => _orders.Values.OrderBy(order => order.Id);

    public FlexibilityTotals Totals { get; private set; }

    /// <summary>Where the last offer of a book's home is kept, for people.</summary>
    public static string OfferBeside(string path) => path + ".offer";

    /// <summary>Highest number of a message that was taken.</summary>
    public long LastNumber { get; private set; }

    public HeldOrder? Find(long id) => _orders.GetValueOrDefault(id);

    /// <summary>The order that a period is under; null without one.</summary>
    public HeldOrder? In(Period period, PeriodGrid grid) => _orders.Values.FirstOrDefault(order => order.In(period, grid) is not null);

    /// <param name="path">The file; null keeps nothing.</param>
    /// <param name="grid">The market's periods.</param>
    /// <param name="logger">Told of a line that was cut off.</param>
    /// <param name="isReading">Whether it is only looked at: nothing is written then.</param>
    /// <exception cref="UserErrorException">There is a file, and it is not one of these.</exception>
    public static FlexibilityBook Open(string? path, PeriodGrid grid, ILogger logger, bool isReading = false)
    {
        var book = new FlexibilityBook(path, logger);
        if (path is null || !File.Exists(path))
        {
            return book;
        }

        var lines = InputFile.Read(path, () => new FileInfo(path).Length <= MostBytes
            ? File.ReadAllLines(path) : throw new UserErrorException($"{path}: has more than {MostBytes >> 20} MB; move it away to begin a new one."));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!book.TryApply(lines[i], grid))
            {
                if (i < lines.Length - 1)
                {
                    throw new UserErrorException($"{path}, line {i + 1}: is not what a node keeps of its flexibility; move the file away to begin a new one.");
                }

                // Written when the machine stopped, and never answered.
                logger.LogWarning("{Path}: the last line is cut off and left out.", path);
                if (!isReading)
                {
                    InputFile.Read(path, () => { File.WriteAllLines(path + ".new", lines[..i]); File.Move(path + ".new", path, overwrite: true); return true; });
                }
            }
        }

        return book;
    }

    /// <summary>Takes a message of an order in, once it is on disk.</summary>
    /// <param name="message">With the BSP's signature.</param>
    /// <param name="program">The program that a new order changes; empty for one that is known.</param>
    /// <returns>False where it could not be written: then it does not count.</returns>
    public bool TryTake(Signed<FlexibilityOrder> message, ImmutableArray<Energy> program, PeriodGrid grid, DateTimeOffset at)
    {
        using var order = JsonDocument.Parse(WireFormat.Write(message));
        var line = JsonSerializer.Serialize(new { at = at.ToUnixTimeMilliseconds(), programWh = program.Select(energy => energy.WattHours), order = order.RootElement });
        if (!Append(line))
        {
            return false;
        }

        Apply(message.Content, program, grid, at);
        return true;
    }

    /// <summary>A period was run under an order.</summary>
    public void Ran(HeldOrder order, Period period, Energy called, Energy changed)
    {
        _ = Append(JsonSerializer.Serialize(new { id = order.Id, period = period.Index, calledWh = called.WattHours, changedWh = changed.WattHours, price = order.First.Price.MicroEurPerKWh }));
        Totals = Totals.With(called, changed, order.First.Price);
    }

    private void Apply(FlexibilityOrder message, ImmutableArray<Energy> program, PeriodGrid grid, DateTimeOffset at)
    {
        LastNumber = Math.Max(LastNumber, message.Number);
        if (_orders.GetValueOrDefault(message.Id) is not { } known)
        {
            _orders[message.Id] = HeldOrder.Of(message, program, grid, at);
            Totals = Totals with { Orders = Totals.Orders + 1 };
            if (_orders.Count > MostKept)
            {
                _orders.Remove(_orders.Values.MinBy(order => order.Until)!.Id);
            }
        }
        else
        {
            _orders[message.Id] = message.Kind == FlexibilityOrderKind.Release ? known.Released(at) : known.Called(message, grid, at);
        }
    }

    private bool TryApply(string line, PeriodGrid grid)
    {
        if (line.Length == 0)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (!root.TryGetProperty("order", out var order))
            {
                Totals = Totals.With(
                    new Energy(root.GetProperty("calledWh").GetInt64()), new Energy(root.GetProperty("changedWh").GetInt64()), new Price(root.GetProperty("price").GetInt64()));
                return true;
            }

            if (!WireFormat.TryReadFlexibilityOrder(JsonSerializer.SerializeToUtf8Bytes(order), out var message, out _))
            {
                return false;
            }

            ImmutableArray<Energy> program = [.. root.GetProperty("programWh").EnumerateArray().Select(energy => new Energy(energy.GetInt64()))];
            if (Find(message.Content.Id) is null && program.Length != message.Content.Periods)
            {
                return false;
            }

            Apply(message.Content, program, grid, DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("at").GetInt64()));
            return true;
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            return false;
        }
    }

    private bool Append(string line)
    {
        if (_path is null)
        {
            return true;
        }

        try
        {
            using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
            file.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogError("{Path} cannot be written: {Why}", _path, failure.Message);
            return false;
        }
    }
}
