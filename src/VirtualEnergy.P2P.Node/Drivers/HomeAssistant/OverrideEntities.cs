using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>
/// A selection for each device: the plan has it, or the member says on or off. What she says ends: two hours after it, unless the command names
/// another while. Whoever can write on the home's broker can send these; a command is read whole, within bounds, or refused.
/// </summary>
public static class OverrideEntities
{
    public const string Plan = "plan";
    public const string On = "on";
    public const string Off = "off";

    /// <summary>Longer than a week is not an exception but the rule: that belongs into the configuration.</summary>
    public const int MostMinutes = 7 * 24 * 60;

    public const int UsualMinutes = 120;

    internal const string Prefix = "override_";
    private const int MostBytes = 16;

    /// <summary>Entity and device of all that can be overridden; of two devices whose names are told apart by signs alone the first, and no more than <see cref="MemberControls.MostOverrides"/>.</summary>
    public static ImmutableSortedDictionary<string, string> Of(IEnumerable<string> devices)
    {
        var entities = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var device in devices.Order(StringComparer.Ordinal))
        {
            if (entities.Count < MemberControls.MostOverrides)
            {
                entities.TryAdd(EntityOf(device), device);
            }
        }

        return entities.ToImmutable();
    }

    public static MqttMessage Configuration(NodeTopics topics, string homeName, string entity, string device) => new(
        topics.Config("select", entity),
        Encoding.UTF8.GetBytes(NodeEntities.Common(topics, homeName, entity, $"{device}: my word", hasAttributes: true, isSet: true, ("options", new JsonArray(Plan, On, Off)), ("icon", "mdi:hand-back-right")).ToJsonString()),
        Retain: true);

    /// <summary>What the entity shows.</summary>
    public static (string State, JsonObject Attributes) Show(string device, ImmutableArray<DeviceOverride> words, DateTimeOffset now)
    {
        foreach (var word in words.Where(word => word.Device == device && word.Until > now))
        {
            return (word.IsOn ? On : Off, new JsonObject { ["device"] = device, ["until"] = Instant(word.Until) });
        }

        return (Plan, new JsonObject { ["device"] = device });
    }

    /// <summary>Reads a command: <c>plan</c>, <c>on</c>, <c>off</c>, or one of the last two with the minutes for which it holds.</summary>
    /// <param name="now">From when it holds.</param>
    /// <param name="word">The member's word; null where the plan has the device again.</param>
    /// <param name="refusal">Why the command is not obeyed, for people; never repeats the payload.</param>
    public static bool TryRead(string device, ReadOnlySpan<byte> payload, DateTimeOffset now, out DeviceOverride? word, [NotNullWhen(false)] out string? refusal)
    {
        (word, refusal) = (null, null);
        if (payload.Length is > 0 and <= MostBytes && Ascii.IsValid(payload))
        {
            var text = Encoding.ASCII.GetString(payload);
            if (text == Plan)
            {
                return true;
            }

            var (said, rest) = text.Split(' ', 2) is [var first, var minutesText] ? (first, minutesText) : (text, UsualMinutes.ToString(CultureInfo.InvariantCulture));
            if (said is On or Off && int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= MostMinutes)
            {
                word = new DeviceOverride(device, said == On, now.AddMinutes(minutes));
                return true;
            }
        }

        refusal = $"a device is set to {Plan}, {On} or {Off}, where wished for 1 to {MostMinutes} minutes: on 90";
        return false;
    }

    internal static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string EntityOf(string device) =>
        Prefix + string.Concat(device.Take(64).Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_'));
}
