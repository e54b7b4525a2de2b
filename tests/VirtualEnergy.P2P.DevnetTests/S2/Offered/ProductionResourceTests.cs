using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>A photovoltaic plant of ours under another manager.</summary>
public sealed class ProductionResourceTests
{
    private const CommodityQuantity Electric = CommodityQuantity.ElectricPower3PhaseSymmetric;

    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);
    private readonly SimulatedPlant _plant;

    public ProductionResourceTests()
    {
        // For three days, 3 kW from 6:00 to 18:00 and nothing at night.
        var sun = new PowerProfile(PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 5, 29, 0, 0, 0, TimeSpan.Zero)), [.. Enumerable.Range(0, 4 * 96).Select(t => t % 96 is >= 24 and < 72 ? 3_000L : 0)]);
        _plant = new SimulatedPlant(sun, _time);
    }

    [Fact]
    public async Task It_tells_its_range_and_its_forecast_with_bands()
    {
        await using var pair = await OpenAsync();
        await pair.UntilWattsAsync(-3_000);
        await S2Home.UntilAsync(() => pair.Known.Forecast is not null, "the forecast is told");
        Assert.Equal(ControlType.PowerEnvelopeBasedControl, pair.Known.Selected);
        Assert.Equal(RoleType.EnergyProducer, Assert.Single(pair.Known.Details!.Roles).RoleType);
        var limits = Assert.Single(pair.Known.PowerConstraints.Values);
        Assert.Equal(PowerEnvelopeConsequence.Vanish, limits.ConsequenceType);
        Assert.Contains(new PebcAllowedLimitRange(Electric, PowerEnvelopeLimit.LowerLimit, new NumberRange(-3_000, 0), false), limits.AllowedLimitRanges);
        Assert.Contains(new PebcAllowedLimitRange(Electric, PowerEnvelopeLimit.UpperLimit, new NumberRange(0, 0), false), limits.AllowedLimitRanges);

        // Three days alike: at noon it expects what it gave, and at midnight nothing.
        var forecast = pair.Known.Forecast!;
        Assert.Equal((Noon, 96), (forecast.StartTime, forecast.Elements.Count));
        var (noon, midnight) = (forecast.Elements[0].PowerValues[0], forecast.Elements[48].PowerValues[0]);
        Assert.InRange(noon.ValueExpected.Value, -3_000, -2_700);
        Assert.InRange(midnight.ValueExpected.Value, -50, 0);
        Assert.True(noon.ValueLower95!.Value <= noon.ValueExpected && noon.ValueExpected <= noon.ValueUpper95!.Value);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task It_keeps_within_each_piece_of_an_envelope_and_is_free_after_the_last()
    {
        await using var pair = await OpenAsync();
        var order = pair.Tell((id, order) => Limit(id, order, -1_000, 0));
        await pair.UntilAsync(order, InstructionStatus.Started);
        await pair.UntilWattsAsync(-1_000);
        await pair.PassAsync(TimeSpan.FromMinutes(15));
        await pair.UntilWattsAsync(0);
        Assert.Equal(250, _plant.CountedWattHours, 9); // 1 kW for a quarter of an hour
        await pair.PassAsync(TimeSpan.FromMinutes(15));
        await pair.UntilAsync(order, InstructionStatus.Succeeded);
        await pair.UntilWattsAsync(-3_000);
        Assert.Equal(250, _plant.CountedWattHours, 9);
        Assert.Equal(Noon.AddMinutes(30), pair.Known.Forecast!.StartTime);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task A_limit_ends_with_its_revocation_and_with_its_manager()
    {
        await using var pair = await OpenAsync();
        var order = pair.Tell((id, order) => Limit(id, order, -500));
        await pair.UntilWattsAsync(-500);
        Assert.Null(pair.Try(id => new RevokeObject(id, RevokableObject.PebcInstruction, order)));
        await pair.UntilWattsAsync(-3_000);
        pair.Tell((id, order) => Limit(id, order, -500));
        await pair.UntilWattsAsync(-500);
        await pair.LoseAsync();
        Assert.Equal(-3_000, _plant.Watts);
    }

    [Fact]
    public async Task An_envelope_longer_than_the_calendar_is_kept_as_long_as_it_is_wanted()
    {
        await using var pair = await OpenAsync();
        var longest = new S2Duration(S2Duration.MostMilliseconds);
        var order = pair.Tell((id, order) => new PebcInstruction(
            id, order, DateTimeOffset.UnixEpoch, false, Identifier.Named("limits"),
            [new PebcPowerEnvelope(new Identifier("envelope"), Electric, ValueList.From(Enumerable.Repeat(new PebcPowerEnvelopeElement(longest, 0, -100), 288)))]));
        await pair.UntilWattsAsync(-100);
        await pair.PassAsync(TimeSpan.FromHours(5));
        Assert.Equal(InstructionStatus.Started, pair.Known.Instructions[order].Status);
        Assert.Equal(500, _plant.CountedWattHours, 9);
    }

    private Task<OfferedPair> OpenAsync() => OfferedPair.OpenAsync(OfferedDevice.Of(OfferedIdentity.Simulated("photovoltaics", "photovoltaic plant"), _plant, _time), _time);

    // A quarter of an hour each.
    private static PebcInstruction Limit(Identifier id, Identifier order, params double[] lowest) => new(
        id, order, DateTimeOffset.UnixEpoch, false, Identifier.Named("limits"),
        [new PebcPowerEnvelope(new Identifier("envelope"), Electric, ValueList.From(lowest.Select(watts => new PebcPowerEnvelopeElement(new S2Duration(900_000), 0, watts))))]);
}
