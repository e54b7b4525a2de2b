using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What a device does with one commodity.</summary>
public sealed record Role([property: JsonPropertyName("role")] RoleType RoleType, Commodity Commodity);
