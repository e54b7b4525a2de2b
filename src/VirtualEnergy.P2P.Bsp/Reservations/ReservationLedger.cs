using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>
/// The one ledger of flexibility (design, market rule 10): what homes can do, and who has which part of it. Every market asks here before it
/// promises, so no kWh is sold twice.
/// </summary>
/// <remarks>
/// <para>Its proof is an order of four steps, under one lock: check against the state, write the entry, apply it, answer. The writer returns when
/// the line is on disk, so whatever was answered stands in the log; whatever stands in the log counts after a crash, answered or not. Who got no
/// answer asks again under the same id and is told what became of it.</para>
/// <para>The first failure to write stops the ledger, because half a line may be on disk: nothing more is written until it is opened anew.</para>
/// <para>Without a clock: the caller says which holds are over and which periods are.</para>
/// </remarks>
public sealed class ReservationLedger
{
    /// <summary>Room for 10,000 homes over two days of quarters of an hour, both directions.</summary>
    public const int DefaultMaxAccounts = 4_000_000;

    private readonly Lock _gate = new();
    private readonly LedgerBooks _books;
    private readonly HashChain _chain;
    private readonly ContentHash _hash;
    private readonly Action<ReadOnlyMemory<byte>> _append;
    private bool _stopped;

    private ReservationLedger(LedgerBooks books, HashChain chain, ContentHash hash, Action<ReadOnlyMemory<byte>> append) =>
        (_books, _chain, _hash, _append) = (books, chain, hash, append);

    /// <summary>The digest of the last line. Noted elsewhere, it shows that a log has lost its end.</summary>
    public Hash256 Head
    {
        get
        {
            lock (_gate)
            {
                return _chain.Head;
            }
        }
    }

    /// <summary>Reads what was written and goes on after it.</summary>
    /// <param name="log">The log from its beginning; empty for a new one.</param>
    /// <param name="digest">Binds each line to all before it.</param>
    /// <param name="append">Puts a line at the end of the log and returns when it is on disk; throws if it cannot.</param>
    /// <param name="wholeLength">How many bytes of the log are whole lines. What follows is the line that a crash cut off: it was never answered, and
    /// the host cuts it off before the first <paramref name="append"/>.</param>
    /// <exception cref="LedgerCorruptException">A whole line does not follow from those before it.</exception>
    public static ReservationLedger Open(
        ReadOnlySpan<byte> log, ContentHash digest, Action<ReadOnlyMemory<byte>> append, out int wholeLength, int maxAccounts = DefaultMaxAccounts)
    {
        var (books, chain) = (new LedgerBooks(maxAccounts), new HashChain(digest));
        wholeLength = 0;
        for (var line = 1; log[wholeLength..].IndexOf((byte)'\n') is var length and >= 0; line++)
        {
            if (!chain.TryFollow(log.Slice(wholeLength, length), out var text))
            {
                throw new LedgerCorruptException(line, "its digest does not follow from the lines before it");
            }

            Replay(books, text, line);
            wholeLength += length + 1;
        }

        return new(books, chain, digest, append);
    }

    /// <summary>
    /// Homes say, or say anew, what they can do. Less than is reserved is taken down as it is: nothing more is promised of it, and the account shows
    /// the <see cref="HeadroomAccount.Shortfall"/>.
    /// </summary>
    public LedgerAnswer Declare(ImmutableArray<HomeCapability> homes) => Enter(new CapabilityEntry(homes));

    /// <summary>Sets aside all that is asked for, or nothing. Again with the same request: the same answer.</summary>
    public LedgerAnswer Reserve(ReservationRequest request)
    {
        lock (_gate)
        {
            return _books.Find(request.Id ?? "") is { Stage: not ReservationStage.Released } known && known.Request.Equals(request)
                ? LedgerAnswer.Granted
                : Enter(new HoldEntry(request));
        }
    }

    /// <summary>What is held was sold, all of it or the part that is named; the rest is free again. From now on it is kept until it is released.</summary>
    /// <param name="id">The reservation.</param>
    /// <param name="sold">For each key at most what is held; what is not named was not sold. Null for everything.</param>
    public LedgerAnswer Confirm(string id, ImmutableArray<ReservedEnergy>? sold = null)
    {
        lock (_gate)
        {
            var known = _books.Find(id);
            var lines = sold ?? (known?.Stage == ReservationStage.Held ? known.Lines : known?.Request.Lines) ?? [];
            return known is { Stage: ReservationStage.Confirmed } && !lines.IsDefault
                && ReservationRequest.Canonical(lines).AsSpan().SequenceEqual(known.Lines.AsSpan())
                ? LedgerAnswer.Granted
                : Enter(new ConfirmEntry(id, lines));
        }
    }

    /// <summary>Gives a hold or a sale back: refused by the market, revoked, or delivered. Again: no effect.</summary>
    public LedgerAnswer Release(string id)
    {
        lock (_gate)
        {
            return _books.Find(id) is { Stage: ReservationStage.Released } ? LedgerAnswer.Granted : Enter(new ReleaseEntry(id));
        }
    }

    /// <summary>Gives back every hold whose time is over by <paramref name="now"/>; a confirmed reservation is kept.</summary>
    /// <param name="now">Unix seconds.</param>
    /// <returns>The ids that were released.</returns>
    public ImmutableArray<string> ReleaseExpired(long now)
    {
        lock (_gate)
        {
            ImmutableArray<string> over =
            [
                .. _books.Reservations.Where(known => known.Stage == ReservationStage.Held && known.Request.HoldUntil < now)
                    .Select(known => known.Request.Id).Order(StringComparer.Ordinal),
            ];
            foreach (var id in over)
            {
                Enter(new ReleaseEntry(id));
            }

            return over;
        }
    }

    /// <summary>Periods before this one are over: their accounts are forgotten, and nothing more is taken for them.</summary>
    public LedgerAnswer Close(Period firstOpen)
    {
        lock (_gate)
        {
            return _books.FirstOpen == firstOpen ? LedgerAnswer.Granted : Enter(new CloseEntry(firstOpen));
        }
    }

    /// <summary>
    /// Puts a short log in the place of the one that has grown: what is open now, without what led to it. Its first line names the head of the log before.
    /// </summary>
    /// <param name="replace">Puts these lines in the place of the whole log, all or nothing: written aside, on disk, renamed. What is appended from then on follows them.</param>
    public void Compact(Action<ImmutableArray<ReadOnlyMemory<byte>>> replace)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                throw new LedgerStoppedException(null);
            }

            var chain = new HashChain(_hash);
            var lines = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
            foreach (var entry in _books.Summary(_chain.Head))
            {
                var (line, head) = chain.Next(LedgerText.Write(entry));
                chain.Advance(head);
                lines.Add(line);
            }

            WriteOrStop(() => replace(lines.ToImmutable()));
            _chain.Advance(chain.Head);
        }
    }

    /// <summary>The account of a key; null where the home has declared nothing.</summary>
    public HeadroomAccount? Account(HeadroomKey key)
    {
        lock (_gate)
        {
            return _books.Account(key);
        }
    }

    public Reservation? Find(string id)
    {
        lock (_gate)
        {
            return _books.Find(id);
        }
    }

    /// <summary>All reservations that are kept, by id.</summary>
    public ImmutableArray<Reservation> Reservations
    {
        get
        {
            lock (_gate)
            {
                return [.. _books.Reservations.OrderBy(known => known.Request.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>What is sold of homes from a period on, to all but the local market: a line for each reservation that names the home.</summary>
    public ImmutableArray<ReservedEnergy> Sold(Period from)
    {
        lock (_gate)
        {
            return
            [
                .. _books.Reservations.Where(known => known.Stage == ReservationStage.Confirmed && known.Request.Channel != ReservationChannel.LocalMarket)
                    .SelectMany(known => known.Lines).Where(line => line.Key.Period >= from),
            ];
        }
    }

    /// <summary>The accounts that promise more than there is, after capabilities were lowered, in canonical order.</summary>
    public ImmutableArray<(HeadroomKey Key, Energy Shortfall)> Shortfalls()
    {
        lock (_gate)
        {
            return [.. _books.Accounts.Where(account => account.Value.Shortfall > Energy.Zero)
                .Select(account => (account.Key, account.Value.Shortfall)).OrderBy(account => account.Key)];
        }
    }

    private LedgerAnswer Enter(LedgerEntry entry)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                throw new LedgerStoppedException(null);
            }

            if (_books.Objection(entry) is { } refusal)
            {
                return new LedgerAnswer(refusal);
            }

            var (line, head) = _chain.Next(LedgerText.Write(entry));
            WriteOrStop(() => _append(line));
            _chain.Advance(head);
            _books.Apply(entry);
            return LedgerAnswer.Granted;
        }
    }

    private void WriteOrStop(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception)
        {
            _stopped = true;
            throw new LedgerStoppedException(exception);
        }
    }

    private static void Replay(LedgerBooks books, ReadOnlySpan<byte> text, int line)
    {
        LedgerEntry entry;
        try
        {
            entry = LedgerText.Read(text);
        }
        catch (FormatException exception)
        {
            throw new LedgerCorruptException(line, exception.Message);
        }

        if (books.Objection(entry) is { } refusal)
        {
            throw new LedgerCorruptException(line, $"it could not have happened: {refusal.Code()}");
        }

        books.Apply(entry);
    }
}

/// <summary>The log is not what the ledger wrote; nothing is promised on it. A backup, or whoever changed it, must say what was there.</summary>
public sealed class LedgerCorruptException(int line, string why) : Exception($"Line {line} of the reservation ledger cannot be trusted: {why}. Restore the file; nothing was changed.")
{
    public int Line { get; } = line;
}

/// <summary>The ledger could not write and promises nothing more until its log is opened anew.</summary>
public sealed class LedgerStoppedException(Exception? cause)
    : Exception("The reservation ledger could not write to its log and has stopped; see to the disk and start again.", cause);
