namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>What energy was worth in one zone of a round, µEUR/kWh.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Grey">What its grey sellers got; null when none sold.</param>
/// <param name="Green">What its green sellers got; null when none sold.</param>
/// <param name="Delivered">The least that its buyers paid, fees and congestion rent included; null when none bought.</param>
public readonly record struct ZonePrice(ZoneId Zone, Price? Grey, Price? Green, Price? Delivered);
