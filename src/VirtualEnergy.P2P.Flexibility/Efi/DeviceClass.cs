namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>What kind of device it is, as EFI lists them.</summary>
public enum DeviceClass
{
    Refrigerator,
    Freezer,
    WaterCooler,
    WaterHeater,
    WashingMachine,
    ClothesDryer,
    ComboWasherDryer,
    DryingCabinet,
    Dishwasher,
    Heatpump,
    MicroChp,
    StationaryBattery,
    ElectricalVehicle,
    PvPanel,
    Windmill,
    SolarCollector,
    AirConditioner,
    Ventilation,
    AirQualityAppliance,

    /// <summary>The schema calls it "Gas Geater".</summary>
    GasHeater,
    FloorHeating,
    Generator,
    Miscellaneous,
}
