using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>All that happened at once, as one line: either all of it is on the disk or nothing is.</summary>
/// <param name="At">When.</param>
/// <param name="Known">A message that came, by what it is known again.</param>
/// <param name="Exchanged">Messages that came or went and are needed after a stop, as XML.</param>
/// <param name="Trades">Trades that changed (<see cref="FlexTradeLine"/>).</param>
/// <param name="Out">Messages to be delivered, as XML.</param>
/// <param name="Done">A message that was delivered, or never will be.</param>
/// <param name="Measured">What a unit was measured at in a period.</param>
internal sealed record GridLine(
    DateTimeOffset At, KnownLine? Known = null, ImmutableArray<string>? Exchanged = null, ImmutableArray<string>? Trades = null, ImmutableArray<string>? Out = null, Guid? Done = null, MeasuredLine? Measured = null);

internal sealed record KnownLine(string Domain, Guid Id, string Hash);

/// <summary>A unit in a period of a quarter of an hour.</summary>
/// <param name="WattHours">Measured, + consumption.</param>
/// <param name="Complete">Whether its homes were measured throughout; where not, programs stand in.</param>
/// <param name="BaselineWattHours">By its homes' programs.</param>
/// <param name="UpWatts">The least that it could have been regulated upwards by in that time.</param>
/// <param name="DownWatts">The least downwards.</param>
internal sealed record MeasuredLine(string Unit, long Period, long WattHours, bool Complete, long BaselineWattHours, long UpWatts, long DownWatts);

/// <summary>What a gateway must not forget of its trade with grid operators. A file in the data folder; written anew, without what is over, at each start.</summary>
internal sealed class GridJournal : IDisposable
{
    /// <summary>The file in the data folder.</summary>
    public const string Name = "uftp.jsonl";

    // A message is delivered again for an hour, or a day where a sender is stubborn; trades are settled once a month.
    private static readonly TimeSpan MessagesKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan TradesKept = TimeSpan.FromDays(62);

    private readonly DurableLines _lines;
    private readonly Lock _gate = new();
    private readonly List<(DateTimeOffset At, KnownMessage Message)> _known = [];
    private readonly List<(DateTimeOffset At, UftpMessage Message)> _exchanged = [];
    private readonly OrderedDictionary<Guid, UftpMessage> _waiting = [];
    private readonly OrderedDictionary<Guid, FlexTrade> _trades = [];
    private readonly OrderedDictionary<(string Unit, long Period), (DateTimeOffset At, MeasuredLine Line)> _measured = [];
    private bool _stopped;

    /// <exception cref="GatewayStartException">The file cannot be used, or is not what a gateway wrote.</exception>
    public GridJournal(string? folder, DateTimeOffset now)
    {
        _lines = DurableLines.Open(folder, Name);
        int whole;
        try
        {
            Replay(_lines.Written.Span, out whole);
        }
        catch (GatewayStartException)
        {
            _lines.Dispose();
            throw;
        }

        if (folder is null || whole == 0)
        {
            _lines.Keep(whole);
            return;
        }

        _lines.Dispose();
        var path = Path.Combine(folder, Name);
        var kept = Summary(now);
        using (var part = new FileStream(path + ".part", FileMode.Create, FileAccess.Write))
        {
            part.Write(kept);
            part.Flush(flushToDisk: true);
        }

        File.Move(path + ".part", path, overwrite: true);
        _lines = DurableLines.Open(folder, Name);
        _lines.Keep(kept.Length);
    }

    /// <summary>Messages that were here before, oldest first.</summary>
    public IEnumerable<KnownMessage> Known => Read(() => _known.ConvertAll(known => known.Message));

    /// <summary>Requests that came, prognoses, metering messages and revocations that went, reservation updates that were taken; oldest first.</summary>
    public IReadOnlyList<UftpMessage> Exchanged => Read(() => _exchanged.ConvertAll(exchanged => exchanged.Message));

    /// <summary>What is still to be delivered, oldest first.</summary>
    public IReadOnlyList<UftpMessage> Waiting => Read(() => _waiting.Values.ToList());

    /// <summary>Every trade as it stands.</summary>
    public IReadOnlyList<FlexTrade> Trades => Read(() => _trades.Values.ToList());

    public MeasuredLine? Measured(string unit, Period period)
    {
        lock (_gate)
        {
            return _measured.TryGetValue((unit, period.Index), out var measured) ? measured.Line : null;
        }
    }

    /// <summary>Writes what happened; it has happened when this returns.</summary>
    /// <exception cref="IOException">It is not on the disk, and nothing more is taken until the next start.</exception>
    public void Append(GridLine line)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                throw new IOException("The record of trades with grid operators could not be written; see to the disk and start again.");
            }

            _stopped = true;
            _lines.Append((byte[])[.. EntryJson.Write(line), (byte)'\n']);
            _stopped = false;
            Apply(line);
        }
    }

    public void Dispose() => _lines.Dispose();

    /// <summary>The measured periods of a file, for reading only.</summary>
    /// <exception cref="GatewayStartException">The file is not what a gateway wrote.</exception>
    public static GridJournal Read(byte[] file)
    {
        var journal = new GridJournal(folder: null, default);
        journal.Replay(file, out _);
        return journal;
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void Replay(ReadOnlySpan<byte> log, out int whole)
    {
        whole = 0;
        for (var line = 1; log[whole..].IndexOf((byte)'\n') is var length and >= 0; line++)
        {
            try
            {
                Apply(EntryJson.Read<GridLine>(log.Slice(whole, length)));
            }
            catch (Exception wrong) when (wrong is JsonException or FormatException)
            {
                throw new GatewayStartException($"Bsp:DataFolder: line {line} of {Name} cannot be read: {wrong.Message} Restore the file; nothing was changed.", wrong);
            }

            whole += length + 1;
        }
    }

    private void Apply(GridLine line)
    {
        if (line.Known is { } known)
        {
            _known.Add((line.At, new KnownMessage(known.Domain, known.Id, Hash256.TryParse(known.Hash, out var hash) ? hash : throw new FormatException("A hash is not one."))));
        }

        _exchanged.AddRange((line.Exchanged ?? []).Select(text => (line.At, Message(text))));
        foreach (var trade in (line.Trades ?? []).Select(text => FlexTradeLine.Read(text) ?? throw new FormatException("A trade is not one.")))
        {
            _trades[trade.Offer.MessageId] = trade;
        }

        foreach (var message in (line.Out ?? []).Select(Message))
        {
            _waiting[message.MessageId] = message;
        }

        if (line.Done is { } done)
        {
            _waiting.Remove(done);
        }

        if (line.Measured is { } measured)
        {
            _measured[(measured.Unit, measured.Period)] = (line.At, measured);
        }
    }

    private byte[] Summary(DateTimeOffset now)
    {
        _known.RemoveAll(known => known.At < now - MessagesKept);
        _exchanged.RemoveAll(exchanged => exchanged.At < now - TradesKept);
        foreach (var old in _measured.Where(measured => measured.Value.At < now - TradesKept).Select(measured => measured.Key).ToList())
        {
            _measured.Remove(old);
        }

        var oldest = DateOnly.FromDateTime((now - TradesKept).UtcDateTime);
        foreach (var old in _trades.Values.Where(trade => trade.Offer.Period < oldest && trade.State != FlexTradeState.Ordered).Select(trade => trade.Offer.MessageId).ToList())
        {
            _trades.Remove(old);
        }

        using var file = new MemoryStream();
        foreach (var line in (IEnumerable<GridLine>)
        [
            .. _known.Select(known => new GridLine(known.At, Known: new KnownLine(known.Message.Domain, known.Message.Id, known.Message.Hash.ToString()))),
            .. _exchanged.Select(exchanged => new GridLine(exchanged.At, Exchanged: [Text(exchanged.Message)])),
            .. _trades.Values.Select(trade => new GridLine(now, Trades: [FlexTradeLine.Write(trade)])),
            .. _waiting.Values.Select(message => new GridLine(now, Out: [Text(message)])),
            .. _measured.Values.Select(measured => new GridLine(measured.At, Measured: measured.Line)),
        ])
        {
            file.Write(EntryJson.Write(line));
            file.WriteByte((byte)'\n');
        }

        return file.ToArray();
    }

    internal static string Text(UftpMessage message) => Encoding.UTF8.GetString(UftpCodec.Write(message));

    private static UftpMessage Message(string text) => UftpCodec.Read(Encoding.UTF8.GetBytes(text), out _) ?? throw new FormatException("A message is not one.");
}
