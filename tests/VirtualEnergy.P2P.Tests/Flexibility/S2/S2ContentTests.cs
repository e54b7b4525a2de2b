using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Content;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

public sealed class S2ContentTests
{
    private static readonly PowerRange Watts = new(0, 1000, CommodityQuantity.ElectricPowerL1);

    private static readonly DateTimeOffset Now = S2Examples.Now;

    [Theory]
    [InlineData(-0.01, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1.01, true)]
    public void A_factor_lies_within_0_to_1(double factor, bool refused) =>
        Assert.Equal(refused, S2Content.ProblemOf(new OmbcInstruction(Id("m-1"), Id("i-1"), Now, false, Id("on"), factor)) is not null);

    [Fact]
    public void Transitions_name_modes_and_timers_that_exist()
    {
        Transition To(string mode, params string[] timers) => new(Id("t-1"), Id("on"), Id(mode), [.. timers.Select(Id)], [], false);
        Assert.Null(Problem([Mode("on"), Mode("off")], [To("off")]));
        Assert.Equal("transition t-1: there is no operation mode of", Problem([Mode("on"), Mode("off")], [To("of")]));
        Assert.Equal("transition t-1: there is no timer min-on", Problem([Mode("on"), Mode("off")], [To("off", "min-on")]));
    }

    [Fact]
    public void Names_are_unique_where_they_name_something()
    {
        Assert.Equal("operation_modes: id on stands twice", Problem([Mode("on"), Mode("on")], []));
        var quantity = S2Content.ProblemOf(new PowerMeasurement(
            Id("m-1"), Now, [new PowerValue(CommodityQuantity.ElectricPowerL1, 1), new PowerValue(CommodityQuantity.ElectricPowerL1, 2)]));
        Assert.Equal("values: quantity ElectricPowerL1 stands twice", quantity);
    }

    [Theory]
    [InlineData(0, 5, 5, 10, false)]
    [InlineData(5, 10, 0, 5, false)] // contiguous, whatever the order in which they stand
    [InlineData(0, 5, 6, 10, true)]
    [InlineData(0, 5, 4, 10, true)]
    [InlineData(0, 0, 0, 10, true)]
    [InlineData(5, 0, 5, 10, true)]
    public void Ranges_of_fill_levels_have_an_extent_and_leave_no_gap(double start, double end, double nextStart, double nextEnd, bool refused) =>
        Assert.Equal(refused, S2Content.ProblemOf(new FrbcLeakageBehaviour(
            Id("m-1"),
            Now,
            [new FrbcLeakageBehaviourElement(new NumberRange(start, end), 1), new FrbcLeakageBehaviourElement(new NumberRange(nextStart, nextEnd), 1)])) is not null);

    [Theory]
    [InlineData(100, 90, 110, 80, 120, false)]
    [InlineData(-100, -90, -110, -80, -120, false)] // as the standard's PV example: the upper limit is the larger production
    [InlineData(100, 90, 110, 95, 120, true)]
    [InlineData(100, 101, 110, 80, 120, true)]
    public void A_wider_band_contains_the_narrower(double expected, double lower68, double upper68, double lower95, double upper95, bool refused) =>
        Assert.Equal(refused, S2Content.ProblemOf(new PowerForecast(
            Id("m-1"),
            Now,
            [new PowerForecastElement(new S2Duration(1000), [new PowerForecastValue(CommodityQuantity.ElectricPowerL1, expected, null, upper95, upper68, lower68, lower95)])])) is not null);

    [Fact]
    public void Limits_come_in_pairs_and_their_values_either_way_round()
    {
        string? Of(double start, double end, PowerEnvelopeLimit other) => S2Content.ProblemOf(new PebcPowerConstraints(
            Id("m-1"),
            Id("c-1"),
            Now,
            PowerEnvelopeConsequence.Vanish,
            [
                new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.LowerLimit, new NumberRange(start, end), false),
                new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, other, new NumberRange(0, 0), false),
            ]));
        Assert.Null(Of(-2000, 0, PowerEnvelopeLimit.UpperLimit));
        Assert.Null(Of(0, -2000, PowerEnvelopeLimit.UpperLimit));
        Assert.Equal(new NumberRange(-2000, 0), new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.LowerLimit, new NumberRange(0, -2000), false).Values);
        Assert.Equal("allowed_limit_ranges: ElectricPowerL1 has no range for its upper limit", Of(-2000, 0, PowerEnvelopeLimit.LowerLimit));
    }

    [Fact]
    public void A_job_fits_between_its_start_and_its_end()
    {
        PpbcPowerProfileDefinition Job(double hours) => new(
            Id("m-1"),
            Id("job"),
            Now,
            Now.AddHours(hours),
            [new PpbcPowerSequenceContainer(Id("only"), [new PpbcPowerSequence(
                Id("way"), [new PpbcPowerSequenceElement(new S2Duration(3_600_000), [new PowerForecastValue(CommodityQuantity.ElectricPowerL1, 1)])], false, false)])]);
        Assert.Null(S2Content.ProblemOf(Job(1)));
        Assert.NotNull(S2Content.ProblemOf(Job(0.99)));
        Assert.NotNull(S2Content.ProblemOf(Job(-1)));
    }

    [Fact]
    public void A_resource_manager_says_its_versions_and_offers_no_empty_selection()
    {
        Assert.NotNull(S2Content.ProblemOf(new Handshake(Id("m-1"), EnergyManagementRole.Rm)));
        Assert.Null(S2Content.ProblemOf(new Handshake(Id("m-1"), EnergyManagementRole.Cem)));
        Assert.NotNull(S2Content.ProblemOf(S2Examples.Details(ControlType.NoSelection)));
    }

    private static Identifier Id(string text) => new(text);

    private static OmbcOperationMode Mode(string id) => new(Id(id), [Watts], false);

    private static string? Problem(ValueList<OmbcOperationMode> modes, ValueList<Transition> transitions) =>
        S2Content.ProblemOf(new OmbcSystemDescription(Id("m-1"), Now, modes, transitions, []));
}
