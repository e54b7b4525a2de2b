using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>What the member asks her node: everything left out lists her devices.</summary>
/// <param name="Device">As the plan names it.</param>
/// <param name="Word">plan, on or off.</param>
/// <param name="Minutes">How long that holds; left out, as long as is usual.</param>
public sealed record DoorQuestion(string? Device = null, string? Word = null, int? Minutes = null);

/// <param name="Devices">Those that were asked for, as they are now.</param>
/// <param name="Error">Why nothing was changed; null where it was.</param>
public sealed record DoorAnswer(ImmutableArray<DoorDevice> Devices, string? Error);

/// <param name="Word">plan, on or off.</param>
/// <param name="Until">When the plan has it again; null where it has it.</param>
public sealed record DoorDevice(string Device, string Word, DateTimeOffset? Until);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict, MaxDepth = 4,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoorQuestion))]
[JsonSerializable(typeof(DoorAnswer))]
internal sealed partial class DoorJson : JsonSerializerContext;
