using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>What a meter measured in one period. Wh, each positive or zero.</summary>
/// <param name="Number">Of two readings of a member and period the higher one counts: it corrects the other.</param>
/// <param name="Import">Taken from the grid.</param>
/// <param name="Export">Fed into the grid.</param>
/// <param name="Production">Generated behind the meter.</param>
/// <param name="Charge">Taken by the battery.</param>
/// <param name="Discharge">Given by the battery.</param>
public readonly record struct MeteredEnergy(
    MemberId Member, Period Period, long Number, Energy Import, Energy Export, Energy Production, Energy Charge, Energy Discharge);

/// <summary>
/// Meter readings under EIP-712:
/// <c>MeterReading(address member,uint64 period,uint64 number,uint64 importWh,uint64 exportWh,uint64 productionWh,uint64 chargeWh,uint64 dischargeWh)</c>,
/// signed by the member's meter, which has a key of its own or the member's.
/// </summary>
public sealed class MeterReadingSigning(MarketDomain domain)
{
    private static readonly Hash256 ReadingType = Keccak256.Hash(
            "MeterReading(address member,uint64 period,uint64 number,uint64 importWh,uint64 exportWh,uint64 productionWh,uint64 chargeWh,uint64 dischargeWh)");

    private readonly Hash256 _separator = domain.Separator;

    /// <exception cref="FormatException">The member is no address.</exception>
    /// <exception cref="OverflowException">A negative period, number or energy.</exception>
    public Hash256 Hash(MeteredEnergy reading) => new StructHash(ReadingType)
        .Add(Address.FromMember(reading.Member))
        .AddUnsigned(reading.Period.Index)
        .AddUnsigned(reading.Number)
        .AddUnsigned(reading.Import.WattHours)
        .AddUnsigned(reading.Export.WattHours)
        .AddUnsigned(reading.Production.WattHours)
        .AddUnsigned(reading.Charge.WattHours)
        .AddUnsigned(reading.Discharge.WattHours)
        .Digest(_separator);

    public ImmutableArray<byte> Sign(MeteredEnergy reading, EthereumKey key) => key.Sign(Hash(reading)).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    /// <param name="meter">The address of the meter's key.</param>
    /// <param name="reading">What was signed.</param>
    /// <param name="signature">r, s, v.</param>
    public bool IsSignedBy(Address meter, MeteredEnergy reading, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Signature.TryParse(signature, out var parsed) && parsed.Recover(Hash(reading)) == meter;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>A signed reading as a settled position names it: keccak-256 of <c>abi.encode(bytes32 digest, bytes32 signatureHash)</c>.</summary>
    /// <exception cref="FormatException">The member is no address.</exception>
    public Hash256 Commit(MeteredEnergy reading, ReadOnlySpan<byte> signature) =>
        new StructHash(words: 2).Add(Hash(reading)).Add(Keccak256.Hash(signature)).Finish();
}
