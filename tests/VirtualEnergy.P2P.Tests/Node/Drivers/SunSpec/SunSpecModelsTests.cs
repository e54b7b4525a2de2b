using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.SunSpec;

/// <summary>Offsets and types by SunSpec's model definitions (github.com/sunspec/models, json/model_N.json).</summary>
public sealed class SunSpecModelsTests
{
    [Fact]
    public void Integers_are_scaled_by_their_powers_of_ten()
    {
        // W = −123 at W_SF = 1: the inverter takes 1,230 W. WH = 0x00010000 at WH_SF = −1: 6,553 Wh. St = 5: throttled.
        var block = Block(103, (14, 0xFF85), (15, 1), (24, 1), (25, 0), (26, 0xFFFF), (38, 5));
        Assert.Equal(new InverterModel(-1_230m, 6_553, InverterState.Throttled), InverterModel.Read(103, block));
    }

    [Fact]
    public void Points_that_are_not_implemented_are_null_and_need_no_scale_factor()
    {
        var block = Block(103, (14, 0x8000), (15, 0x8000), (24, 0), (25, 0), (26, 0x8000), (38, 0xFFFF));
        Assert.Equal(new InverterModel(null, null, null), InverterModel.Read(103, block));
    }

    [Fact]
    public void A_float_model_reads_the_same()
    {
        // 1234.5f = 0x449A5000, 7e6f = 0x4AD59F80
        var block = Block(113, (22, 0x449A), (23, 0x5000), (32, 0x4AD5), (33, 0x9F80), (48, 4));
        Assert.Equal(new InverterModel(1_234.5m, 7_000_000, InverterState.MaximumPowerPoint), InverterModel.Read(113, block));
        Assert.Equal(new InverterModel(null, null, null), InverterModel.Read(113, Block(113, (22, 0x7FC0), (32, 0x7FC0), (48, 0))));
    }

    [Fact]
    public void A_meters_import_is_positive_and_both_counters_share_a_scale()
    {
        // W = −250 at SF 0: 250 W into the grid. TotWhExp 70 × 10, TotWhImp 90 × 10.
        var block = Block(203, (18, 0xFF06), (22, 0), (39, 70), (47, 90), (54, 1));
        Assert.Equal(new MeterModel(-250, 900, 700), MeterModel.Read(block));
    }

    [Fact]
    public void A_battery_tells_fill_reserve_and_what_its_rates_are_shares_of()
    {
        var block = Block(124, (2, 3_300), (18, 0), (7, 1_000), (21, 0xFFFE), (8, 8_050), (22, 0xFFFE), (25, 0xFFFE));
        Assert.Equal(new StorageModel(3_300, 80.5m, 10, -2), StorageModel.Read(block));
    }

    [Fact]
    public void The_models_of_a_newer_inverter_read_the_same()
    {
        // 701: W = −1,500 at 0: it takes 1,500 W. TotWhInj = 0x1_0000_0001 = 4,294,967,297 at −1: 429,496,729 Wh. 702: 500 × 10 W, charging 460 × 10. 713: 62.5 % of 9,600 Wh.
        var measured = Block(701, (10, 0xFA24), (116, 0), (19, 0), (20, 1), (21, 0), (22, 1), (120, 0xFFFF));
        Assert.Equal(new InverterModel(-1_500, 429_496_729, null), DerModels.ReadMeasurement(measured));
        var nothing = Block(701, (10, 0x8000), (19, 0xFFFF), (20, 0xFFFF), (21, 0xFFFF), (22, 0xFFFF), (120, 0x8000));
        Assert.Equal(new InverterModel(null, null, null), DerModels.ReadMeasurement(nothing));
        Assert.Equal(new NameplateModel(5_000, null, 4_600, null), DerModels.ReadCapacity(Block(702, (2, 500), (10, 460), (11, 0xFFFF), (45, 1))));
        var battery = Block(713, (2, 9_600), (7, 0), (4, 625), (8, 0xFFFF));
        Assert.Equal((new StorageModel(null, 62.5m, null, null), 9_600m), (DerModels.ReadStorage(battery), DerModels.CapacityOf(battery)));
    }

    [Theory]
    [InlineData(701, 22, 1, 120, 0x8000, "TotWhInj has no scale factor")]
    [InlineData(701, 19, 0x7FFF, 120, 10, "TotWhInj is more than a home can have")]
    [InlineData(702, 2, 0, 45, 0, "WMaxRtg is 0")]
    [InlineData(713, 4, 1_001, 8, 0xFFFF, "SoC is 100.1 %")]
    [InlineData(103, 14, 100, 15, 11, "scale factor of 11")]
    [InlineData(103, 14, 100, 15, 0xFFF5, "scale factor of -11")]
    [InlineData(103, 14, 100, 15, 0x8000, "no scale factor")]
    [InlineData(103, 14, 30_000, 15, 4, "W is 300000000")]
    [InlineData(113, 22, 0x7F80, 23, 0, "W is infinite")]
    [InlineData(113, 22, 0x7F00, 23, 0, "model 113: W is")]
    [InlineData(113, 32, 0xC000, 33, 0, "WH is -2")]
    [InlineData(124, 8, 10_001, 22, 0xFFFE, "ChaState is 100.01 %")]
    [InlineData(124, 2, 0, 18, 0, "WChaMax is 0")]
    [InlineData(124, 2, 100, 25, 1, "InOutWRte_SF")]
    [InlineData(123, 5, 101, 23, 0, "WMaxLimPct is 101 %")]
    [InlineData(120, 3, 0, 4, 0, "WRtg is 0")]
    [InlineData(1, 2, 0, 18, 0, "Mn, Md are empty")]
    public void Nonsense_is_refused_by_the_name_of_its_point(int model, int offset, int value, int second, int secondValue, string named)
    {
        var block = Block(model, (offset, value), (second, secondValue));
        Assert.Contains(named, Assert.Throws<SunSpecException>(() => ReadAs(model, block)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_end_at_NUL_and_have_nothing_that_a_terminal_should_not_show()
    {
        // "Fr", ESC "[", "3" BEL, NUL …
        var block = Block(1, (2, 0x4672), (3, 0x1B5B), (4, 0x3307), (18, 0x5800));
        Assert.Equal(new CommonModel("Fr[3", "X", "", ""), CommonModel.Read(block));
    }

    [Fact]
    public void Random_registers_are_read_or_refused_and_never_throw_otherwise()
    {
        var random = new Random(11);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            read += SunSpecNoise.ReadOne(random) ? 1 : 0;
        }

        // Both ways are taken often.
        Assert.InRange(read, 2_000, 18_000);
    }

    [Fact]
    public async Task The_chain_is_found_at_each_of_its_three_places_and_unknown_models_are_stepped_over()
    {
        foreach (var first in SunSpecMap.Bases)
        {
            ushort[] registers = [0x5375, 0x6E53, 1, 66, .. new ushort[66], 64_001, 3, 1, 2, 3, 203, 105, .. new ushort[105], 0xFFFF, 0];
            var map = await SunSpecMap.DiscoverAsync((at, count) => Task.FromResult(at >= first && at - first + count <= registers.Length ? registers[(at - first)..(at - first + count)] : new ushort[count]));
            Assert.Equal(first, map.Base);
            Assert.Equal([new(1, first + 2, 66), new(64_001, first + 70, 3), new(203, first + 75, 105)], map.Models);
        }
    }

    [Theory]
    [InlineData(new[] { 0, 0 }, "no SunSpec device")]
    [InlineData(new[] { 0x5375, 0x6E53, 103, 50 }, "does not begin with the common model")]
    [InlineData(new[] { 0x5375, 0x6E53, 0xFFFF, 0 }, "does not begin with the common model")]
    [InlineData(new[] { 0x5375, 0x6E53, 1, 5_000 }, "breaks at register 40002")]
    [InlineData(new[] { 0x5375, 0x6E53, 1, 0, 1, 0 }, "breaks at register")] // 1,0 for ever
    public async Task A_chain_that_leads_nowhere_is_refused_by_the_place(int[] start, string named)
    {
        // After the start the last two registers repeat.
        Task<ushort[]> Read(int at, int count) => Task.FromResult(Enumerable.Range(at - 40_000, count)
            .Select(i => i < 0 ? (ushort)0 : (ushort)start[i < start.Length ? i : start.Length - 2 + (i - start.Length) % 2]).ToArray());
        Assert.Contains(named, (await Assert.ThrowsAsync<SunSpecException>(() => SunSpecMap.DiscoverAsync(Read))).Message, StringComparison.Ordinal);
    }

    private static void ReadAs(int model, RegisterBlock block) => SunSpecNoise.ReadAs(model, block);

    // Every register zero but those given: for models whose points then read as zero, that is a device with nothing to say.
    private static RegisterBlock Block(int model, params (int Offset, int Value)[] points)
    {
        var registers = new ushort[130];
        foreach (var (offset, value) in points)
        {
            registers[offset] = (ushort)value;
        }

        return new RegisterBlock(model, registers);
    }
}
