using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The ways in which a resource manager lets itself be controlled.</summary>
[JsonConverter(typeof(WireEnumConverter<ControlType>))]
public enum ControlType
{
    /// <summary>PEBC: power kept between limits, as photovoltaics curtailed.</summary>
    PowerEnvelopeBasedControl,

    /// <summary>PPBC: power profiles whose start is chosen, as a washing machine.</summary>
    PowerProfileBasedControl,

    /// <summary>OMBC: modes that can be switched between, as a generator.</summary>
    OperationModeBasedControl,

    /// <summary>FRBC: actuators that fill a storage, as a battery or a boiler.</summary>
    FillRateBasedControl,

    /// <summary>DDBC: actuators that must together meet a demand, as a hybrid heat pump.</summary>
    DemandDrivenBasedControl,

    /// <summary>It measures and forecasts, and cannot be controlled. The wire has one l.</summary>
    NotControlable,

    /// <summary>None is selected.</summary>
    NoSelection,
}
