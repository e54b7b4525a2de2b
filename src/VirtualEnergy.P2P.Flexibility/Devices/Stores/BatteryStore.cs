using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>A stationary battery, simulated: efficiency each way, wear by energy charged, self-discharge.</summary>
public sealed record BatteryStore : StoreModel
{
    /// <summary>Lithium-ion cells lose about 2 % in a month (B. Xu et al. name 1 to 3 %); a month of 30 days. Hours until 1/e is left.</summary>
    private const double UsualHoursToAnEth = 36_000;

    private readonly BatteryDescription _description;
    private readonly StoreStage _stage;

    /// <param name="name">Unique in its home.</param>
    /// <param name="description">As its data sheet tells it.</param>
    /// <param name="grid">Length of a period.</param>
    public BatteryStore(string name, BatteryDescription description, PeriodGrid? grid = null)
        : base(name, grid)
    {
        _description = description;
        var floor = (double)description.MinimumFill.WattHours;
        var kept = KeptOf(UsualHoursToAnEth);

        // What leaks is what can be used: the reserve is watched over by the battery itself.
        _stage = new StoreStage(
            floor, description.Capacity.WattHours, floor, kept, -(1 - kept) * floor,
            PerPeriod(description.ChargeWatts), PerPeriod(description.DischargeWatts),
            description.Charging.PartsPerMillion / 1e6, description.Discharging.PartsPerMillion / 1e6, description.Wear.MicroEurPerKWh);
    }

    public override double InitialFill => _description.InitialFill.WattHours;

    public override bool CanDeliver => _stage.MostOut > 0;

    public override StoreStage At(Period period) => _stage;

    private protected override StoreModel OnOther(PeriodGrid grid) => new BatteryStore(Name, _description, grid);
}
