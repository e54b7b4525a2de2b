using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Remuneration;

public sealed class SettlementStatementTests
{
    private static readonly MemberId Provider = new("0xffffffffffffffffffffffffffffffffffffffff");

    [Fact]
    public void The_deltas_of_any_periods_add_up_to_the_operator_s_cash() => UnitSettlementTests.Period().Array[0, 6].Sample(periods =>
    {
        var statement = SettlementStatement.Of(BspSamples.Uvam, periods.Select((period, index) => UnitSettlementTests.Settled(period with { Period = new(index) })));
        return statement.Deltas(Provider).Sum(delta => delta.Amount.MicroEur) == statement.Cash.Net.MicroEur
            && statement.Members.Sum(member => member.Net.MicroEur) + statement.ProviderNet.MicroEur == statement.Cash.Net.MicroEur;
    });

    [Fact]
    public void A_provider_that_is_a_member_has_one_delta()
    {
        var settled = UnitSettlementTests.Settled(Delivered(1_000, 1_000));
        var statement = SettlementStatement.Of(BspSamples.Uvam, [settled]);
        Assert.Equal([(BspSamples.Member(1), new Money(200_000))], statement.Deltas(BspSamples.Member(1)));
    }

    [Fact]
    public void A_period_of_another_unit_is_an_error() =>
        Assert.Throws<ArgumentException>(() => SettlementStatement.Of(new("OTHER"), [UnitSettlementTests.Settled(Delivered(1, 1))]));

    [Fact]
    public void The_statement_of_a_unit_shows_periods_members_and_the_sum()
    {
        var statement = SettlementStatement.Of(BspSamples.Uvam, [
            UnitSettlementTests.Settled(Delivered(1_000, 900) with { Stated = new OperatorCash(new(180_000), new(9_999)) }),
            UnitSettlementTests.Settled(Delivered(1_000, 1_000) with { Period = BspSamples.At("2026-11-30T17:15:00Z") }),
        ]);
        Assert.Equal(
            """
            Unit UVAM-SARD-1 on it-msd
            period            way    ordered kWh  delivered kWh  missing kWh     payment EUR    charge EUR
            2026-11-30 18:00  up           1.000          0.900        0.100            0.18      0.009999  as the operator states; the rules say 0.17
            2026-11-30 18:15  up           1.000          1.000        0.000            0.20          0.00

            member                                          told kWh  delivered kWh     payment EUR    charge EUR         net EUR
            0x0000000000000000000000000000000000000001         2.000          1.900           0.342      0.009999        0.332001
            provider                                                                          0.038          0.00           0.038
            operator                                           2.000          1.900            0.38      0.009999        0.370001

            """.ReplaceLineEndings("\n"),
            StatementText.OfUnit(statement, BspSamples.Msd));
    }

    [Fact]
    public void The_statement_of_a_member_shows_her_points_and_her_sum()
    {
        var statement = SettlementStatement.Of(BspSamples.Uvam, [UnitSettlementTests.Settled(Delivered(1_000, 1_000)), UnitSettlementTests.Settled(
            Delivered(1_000, null) with { Direction = RegulationDirection.Down, Period = BspSamples.At("2026-12-01T17:00:00Z") })]);
        Assert.Equal(
            """
            Member 0x0000000000000000000000000000000000000001 in unit UVAM-SARD-1 on it-msd
            period            point           way     told kWh  delivered kWh     payment EUR    charge EUR
            2026-11-30 18:00  IT001E00000001  up         1.000          1.000            0.18          0.00
            2026-12-01 18:00  IT001E00000001  down       1.000          0.000            0.00          0.19  meter not read
            net -0.01 EUR

            """.ReplaceLineEndings("\n"),
            StatementText.OfMember(statement, BspSamples.Member(1), BspSamples.Msd));
    }

    [Fact]
    public void Capacity_is_paid_by_megawatt_and_hour_where_the_profile_has_a_price()
    {
        // 1.5 MW for a quarter of an hour at 8 EUR a MW and hour are 3 EUR.
        Assert.Equal(new Money(3_000_000), CapacityPayment.Of(1_500_000, BspSamples.Msd with { CapacityPerMegawattHour = new(8_000_000) }));
        Assert.Equal(Money.Zero, CapacityPayment.Of(1_500_000, BspSamples.Msd));
    }

    private static UnitPeriod Delivered(long ordered, long? delivered) => UnitSettlementTests.Period(
        RegulationDirection.Up, [new(new(ordered), new(200_000))],
        new PointDelivery(BspSamples.Pod(1), BspSamples.Member(1), Energy.Zero, delivered is { } wh ? new Energy(-wh) : null, new(ordered)));
}
