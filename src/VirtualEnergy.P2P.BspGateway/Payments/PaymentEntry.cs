using System.Collections.Immutable;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>A line of <c>payments.jsonl</c>: on the disk before what it says takes effect.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "entry")]
[JsonDerivedType(typeof(BaseEntry), "base")]
[JsonDerivedType(typeof(StatementEntry), "statement")]
[JsonDerivedType(typeof(SignedEntry), "signed")]
[JsonDerivedType(typeof(PaidEntry), "paid")]
[JsonDerivedType(typeof(FailedEntry), "failed")]
internal abstract record PaymentEntry(DateTimeOffset At)
{
    public static PaymentEntry Read(ReadOnlySpan<byte> line) => EntryJson.Read<PaymentEntry>(line);

    public byte[] Write() => [.. EntryJson.Write(this), (byte)'\n'];
}

internal readonly record struct PeriodKey(string Unit, long Period, RegulationDirection Direction);

/// <summary>A member's line, µEUR.</summary>
internal readonly record struct LineEntry(string Member, long Net, long CarriedIn, long Paid, long CarriedOut);

/// <summary>In the place of statements that are wholly paid and long ago: the last of them.</summary>
/// <param name="LastPeriod">Of all their periods. No period up to it is stated any more.</param>
internal sealed record BaseEntry(DateTimeOffset At, int Number, string Hash, long LastPeriod) : PaymentEntry(At);

/// <summary>A statement, as it was made; however settlement is worked out later, it stays.</summary>
/// <param name="OperatorDue">What the system operator is due by it, 0 or more.</param>
/// <param name="Operator">To whom that is paid; null where it is done by hand.</param>
internal sealed record StatementEntry(
    DateTimeOffset At, int Number, string Hash, long Cash, long Provider, ImmutableArray<PeriodKey> Periods, ImmutableArray<LineEntry> Lines, string Text, long OperatorDue = 0, string? Operator = null) : PaymentEntry(At)
{
    /// <summary>What is to be paid by it: members' lines, and what the operator is due.</summary>
    [JsonIgnore]
    public IEnumerable<MemberPayment> Payments
    {
        get
        {
            var hash = new Hash256(Hex.Parse(Hash));
            foreach (var line in Lines.Where(line => line.Paid > 0))
            {
                yield return new MemberPayment(Number, new ReferencedDeposit(Address.Parse(line.Member), new Money(line.Paid), hash));
            }

            if (OperatorDue > 0 && Operator is not null)
            {
                yield return new MemberPayment(Number, new ReferencedDeposit(Address.Parse(Operator), new Money(OperatorDue), hash)) { IsOperators = true };
            }
        }
    }
}

/// <summary>A transaction that pays a member's line was signed: from now on it may be out, and nothing else is signed for the line until it is dead.</summary>
internal sealed record SignedEntry(DateTimeOffset At, int Statement, string Member, string Raw) : PaymentEntry(At);

/// <summary>The escrow has booked it.</summary>
/// <param name="Received">What arrived, µEUR: less than was sent where the token takes a fee.</param>
internal sealed record PaidEntry(DateTimeOffset At, int Statement, string Member, string Transaction, long Block, long Received) : PaymentEntry(At);

/// <summary>All that was signed for a line is dead: it reverted in its block, or another transaction had its nonce.</summary>
internal sealed record FailedEntry(DateTimeOffset At, int Statement, string Member, string Why) : PaymentEntry(At);
