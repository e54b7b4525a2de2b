namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>What a balancing service provider asks of homes.</summary>
/// <param name="Session">When it was stated, unix ms: newer terms count.</param>
/// <param name="HoldingPeriods">How many periods in a row a change must be held.</param>
/// <param name="Spans">For how many spans of that length, one after the other, headroom is wanted.</param>
/// <param name="ConfidencePermille">With which probability a home shall be able to hold what it says, thousandths.</param>
/// <param name="TelemetrySeconds">Time between two samples of telemetry.</param>
public sealed record FlexibilityTerms(
    MemberId Bsp, long Session, int HoldingPeriods, int Spans, int ConfidencePermille, int TelemetrySeconds);
