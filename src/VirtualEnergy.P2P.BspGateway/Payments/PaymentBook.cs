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
            ImmutableArray<PeriodSettlement> due = [.. settled.Where(period => !_stated.Contains(KeyOf(period)))];
            if (due.IsEmpty)
            {
                return null;
            }

            var before = _statements.Count == 0 ? default : new Hash256(Hex.Parse(_statements[^1].Hash));
            var statement = PaymentStatement.Of(_statements.Count + 1, before, _parties, due, _carried);
            var entry = new StatementEntry(
                now, statement.Number, statement.Hash.ToString(), statement.Cash.MicroEur, statement.Provider.MicroEur, [.. statement.Periods.Select(KeyOf)],
                [.. statement.Lines.Select(line => new LineEntry(line.Member.Value, line.Net.MicroEur, line.CarriedIn.MicroEur, line.Paid.MicroEur, line.CarriedOut.MicroEur))],
                statement.Text);
            Enter(entry);
            return entry;
        }
    }

    /// <summary>A transaction for a payment is signed and goes out now.</summary>
    public void Signed(MemberPayment payment, SignedTransaction version, DateTimeOffset now) =>
        Enter(new SignedEntry(now, payment.Statement, payment.Deposit.Member.ToString(), Hex.Of(version.Raw.AsSpan())));

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

    private void Apply(StatementEntry statement)
    {
        var hash = Keccak256.Hash(Encoding.UTF8.GetBytes(statement.Text));
        var head = string.Create(null, $"before {(_statements.Count == 0 ? default(Hash256).ToString() : _statements[^1].Hash)}\nchain {_parties.ChainId} escrow {_parties.Escrow} payer {_parties.Payer}\n");
        if (statement.Number != _statements.Count + 1 || statement.Hash != hash.ToString() || !statement.Text.Contains(head, StringComparison.Ordinal))
        {
            throw new FormatException($"Statement {statement.Number} does not follow, is altered, or is of another wallet, chain or escrow than {_parties.Payer}, {_parties.ChainId} and {_parties.Escrow}.");
        }

        _statements.Add(statement);
        _stated.UnionWith(statement.Periods);
        _carried = statement.Lines.Where(line => line.CarriedOut != 0).ToDictionary(line => new MemberId(line.Member), line => new Money(line.CarriedOut));
        foreach (var line in statement.Lines.Where(line => line.Paid > 0))
        {
            _payments.Add((statement.Number, new MemberId(line.Member)), new MemberPayment(statement.Number, new ReferencedDeposit(Address.Parse(line.Member), new Money(line.Paid), hash)));
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
