using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>Statements, what is paid of them, and what members owe. Everything is written down first and then takes effect; the same lines make the same book.</summary>
/// <remarks>Any thread may call.</remarks>
internal sealed class PaymentBook
{
    private readonly Lock _lock = new();
    private readonly PaymentParties _parties;
    private readonly Action<ReadOnlyMemory<byte>> _append;
    private readonly List<StatementEntry> _statements = [];
    private readonly HashSet<PeriodKey> _stated = [];
    private readonly SortedDictionary<(int Statement, MemberId Member), MemberPayment> _payments = [];
    private Dictionary<MemberId, Money> _carried = [];

    // Of the last statement; and what earlier ones are dropped with.
    private (int Number, string Hash) _last = (0, default(Hash256).ToString());
    private long _closed = long.MinValue;

    private PaymentBook(PaymentParties parties, Action<ReadOnlyMemory<byte>> append) => (_parties, _append) = (parties, append);

    /// <summary>In order.</summary>
    public ImmutableArray<StatementEntry> Statements
    {
        get
        {
            lock (_lock)
            {
                return [.. _statements];
            }
        }
    }

    /// <summary>By statement and member.</summary>
    public ImmutableArray<MemberPayment> Payments
    {
        get
        {
            lock (_lock)
            {
                return [.. _payments.Values];
            }
        }
    }

    /// <summary>What members owe: below zero, to be taken off what they are due.</summary>
    public IReadOnlyDictionary<MemberId, Money> Carried
    {
        get
        {
            lock (_lock)
            {
                return _carried;
            }
        }
    }

    /// <summary>Reads what was written and goes on after it.</summary>
    /// <param name="append">Returns when the line is on the disk; throws if it cannot be put there.</param>
    /// <param name="wholeLength">How much of it are whole lines: the host cuts off what follows, which never took effect.</param>
    /// <exception cref="GatewayStartException">A whole line is none of a book's, or of another wallet's or escrow's.</exception>
    public static PaymentBook Open(PaymentParties parties, ReadOnlySpan<byte> written, Action<ReadOnlyMemory<byte>> append, out int wholeLength)
    {
        var book = new PaymentBook(parties, append);
        wholeLength = 0;
        for (var line = 1; written[wholeLength..].IndexOf((byte)'\n') is var length and >= 0; line++)
        {
            try
            {
                book.Apply(PaymentEntry.Read(written.Slice(wholeLength, length)));
            }
            catch (Exception wrong) when (wrong is JsonException or FormatException or NotSupportedException or KeyNotFoundException)
            {
                throw new GatewayStartException($"Bsp:DataFolder: line {line} of payments.jsonl cannot be read: {wrong.Message} Restore the file; nothing was changed.", wrong);
            }

            wholeLength += length + 1;
        }

        return book;
    }

    /// <summary>Makes the next statement of settled periods that are in none yet.</summary>
    /// <returns>Null where there are none.</returns>
    public StatementEntry? State(IEnumerable<PeriodSettlement> settled, DateTimeOffset now)
    {
        lock (_lock)
        {
            ImmutableArray<PeriodSettlement> due = [.. settled.Where(period => period.Period.Index > _closed && !_stated.Contains(KeyOf(period)))];
            if (due.IsEmpty)
            {
                return null;
            }

            var statement = PaymentStatement.Of(_last.Number + 1, new Hash256(Hex.Parse(_last.Hash)), _parties, due, _carried);
            var entry = new StatementEntry(
                now, statement.Number, statement.Hash.ToString(), statement.Cash.MicroEur, statement.Provider.MicroEur, [.. statement.Periods.Select(KeyOf)],
                [.. statement.Lines.Select(line => new LineEntry(line.Member.Value, line.Net.MicroEur, line.CarriedIn.MicroEur, line.Paid.MicroEur, line.CarriedOut.MicroEur))],
                statement.Text, statement.OperatorDue.MicroEur, statement.OperatorDue > Money.Zero ? _parties.Operator?.ToString() : null);
            Enter(entry);
            return entry;
        }
    }

    /// <summary>A transaction for a payment is signed and goes out now.</summary>
    public void Signed(MemberPayment payment, SignedTransaction version, DateTimeOffset now) =>
        Enter(new SignedEntry(now, payment.Statement, payment.Deposit.Member.ToString(), Hex.Of(version.Raw.AsSpan())));

    /// <summary>Statements that were dropped from the file are dropped here.</summary>
    public void Drop(BaseEntry closed)
    {
        lock (_lock)
        {
            Apply(closed);
        }
    }

    public void Paid(MemberPayment payment, TransactionReceipt receipt, Money received, DateTimeOffset now) => Enter(
        new PaidEntry(now, payment.Statement, payment.Deposit.Member.ToString(), receipt.TransactionHash.ToString(), (long)receipt.BlockNumber, received.MicroEur));

    /// <summary>Nothing that was signed for it can be mined any more.</summary>
    public void Failed(MemberPayment payment, string why, DateTimeOffset now) => Enter(new FailedEntry(now, payment.Statement, payment.Deposit.Member.ToString(), why));

    public MemberPayment Find(int statement, Address member)
    {
        lock (_lock)
        {
            return _payments[(statement, member.ToMember())];
        }
    }

    private void Enter(PaymentEntry entry)
    {
        lock (_lock)
        {
            _append(entry.Write());
            Apply(entry);
        }
    }

    private void Apply(PaymentEntry entry)
    {
        switch (entry)
        {
            case BaseEntry closed:
                Apply(closed);
                break;
            case StatementEntry statement:
                Apply(statement);
                break;
            case SignedEntry signed:
                Change(signed.Statement, signed.Member, payment => payment with { Versions = payment.Versions.Add(Read(signed.Raw)) });
                break;
            case PaidEntry paid:
                Change(paid.Statement, paid.Member, payment => payment with { Paid = (new Hash256(Hex.Parse(paid.Transaction)), paid.Block, new Money(paid.Received)) });
                break;
            case FailedEntry failed:
                Change(failed.Statement, failed.Member, payment => payment with { Versions = [], Failed = failed.Why });
                break;
        }
    }

    private void Apply(BaseEntry closed)
    {
        _statements.RemoveAll(statement => statement.Number <= closed.Number);
        foreach (var gone in _payments.Keys.Where(key => key.Statement <= closed.Number).ToList())
        {
            _payments.Remove(gone);
        }

        _stated.RemoveWhere(period => period.Period <= closed.LastPeriod);
        (_closed, _last) = (closed.LastPeriod, closed.Number > _last.Number ? (closed.Number, closed.Hash) : _last);
    }

    private void Apply(StatementEntry statement)
    {
        var hash = Keccak256.Hash(Encoding.UTF8.GetBytes(statement.Text)).ToString();
        var head = string.Create(null, $"before {_last.Hash}\nchain {_parties.ChainId} escrow {_parties.Escrow} payer {_parties.Payer}\n");
        if (statement.Number != _last.Number + 1 || statement.Hash != hash || !statement.Text.Contains(head, StringComparison.Ordinal))
        {
            throw new FormatException($"Statement {statement.Number} does not follow, is altered, or is of another wallet, chain or escrow than {_parties.Payer}, {_parties.ChainId} and {_parties.Escrow}.");
        }

        _last = (statement.Number, hash);
        _statements.Add(statement);
        _stated.UnionWith(statement.Periods);
        _carried = statement.Lines.Where(line => line.CarriedOut != 0).ToDictionary(line => new MemberId(line.Member), line => new Money(line.CarriedOut));
        foreach (var payment in statement.Payments)
        {
            _payments.Add((statement.Number, payment.Deposit.Member.ToMember()), payment);
        }
    }

    private void Change(int statement, string member, Func<MemberPayment, MemberPayment> change)
    {
        var key = (statement, new MemberId(member));
        _payments[key] = change(_payments[key]);
    }

    private static SignedTransaction Read(string raw) => TransactionReader.ReadForAnyChain(Hex.Parse(raw)).Signed;

    private static PeriodKey KeyOf(PeriodSettlement period) => new(period.Unit.Value, period.Period.Index, period.Direction);
}
