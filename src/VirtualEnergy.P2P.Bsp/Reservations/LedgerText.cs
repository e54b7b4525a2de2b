using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>Entries as JSON on one line, as they stand in the log.</summary>
internal static class LedgerText
{
    public static byte[] Write(LedgerEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, entry);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The line is not an entry. What was written by <see cref="Write(LedgerEntry)"/> always is one.</exception>
    public static LedgerEntry Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var entry = Read(document.RootElement);
            return reader.BytesConsumed == line.Length ? entry : throw new FormatException("Something follows the entry.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The line is not an entry of the ledger.", exception);
        }
    }

    private static void Write(Utf8JsonWriter json, LedgerEntry entry)
    {
        switch (entry)
        {
            case CapabilityEntry capability:
                json.WriteStartArray("capability");
                foreach (var home in capability.Homes)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(home.Home.Value);
                    json.WriteNumberValue(home.Period.Index);
                    json.WriteNumberValue(home.Up.WattHours);
                    json.WriteNumberValue(home.Down.WattHours);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                break;
            case HoldEntry { Request: var request }:
                json.WriteString("hold", request.Id);
                WriteTerms(json, request);
                break;
            case ConfirmEntry confirm:
                json.WriteString("confirm", confirm.Id);
                Write(json, "lines", confirm.Sold);
                break;
            case ReleaseEntry release:
                json.WriteString("release", release.Id);
                break;
            case CloseEntry close:
                json.WriteNumber("firstOpen", close.FirstOpen.Index);
                break;
            case ContinueEntry start:
                json.WriteString("continues", start.Before.ToString());
                json.WriteNumber("firstOpen", start.FirstOpen.Index);
                break;
            case CarryEntry { Reservation: var carried }:
                json.WriteString("carry", carried.Request.Id);
                json.WriteNumber("stage", (int)carried.Stage);
                WriteTerms(json, carried.Request);
                Write(json, "takes", carried.Lines);
                break;
        }
    }

    private static void WriteTerms(Utf8JsonWriter json, ReservationRequest request)
    {
        json.WriteNumber("channel", (int)request.Channel);
        json.WriteNumber("until", request.HoldUntil);
        json.WriteString("replaces", request.Replaces);
        Write(json, "lines", request.Lines);
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<ReservedEnergy> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines)
        {
            json.WriteStartArray();
            json.WriteStringValue(line.Key.Home.Value);
            json.WriteNumberValue(line.Key.Period.Index);
            json.WriteNumberValue((int)line.Key.Direction);
            json.WriteNumberValue(line.Energy.WattHours);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static LedgerEntry Read(JsonElement json)
    {
        if (json.TryGetProperty("capability", out var homes))
        {
            return new CapabilityEntry([.. homes.EnumerateArray().Select(home =>
                new HomeCapability(new MemberId(home[0].GetString()!), new Period(home[1].GetInt64()), new Energy(home[2].GetInt64()), new Energy(home[3].GetInt64())))]);
        }

        if (json.TryGetProperty("hold", out var hold))
        {
            return new HoldEntry(Request(hold, json));
        }

        if (json.TryGetProperty("carry", out var carry))
        {
            return new CarryEntry(new Reservation(Request(carry, json), (ReservationStage)json.GetProperty("stage").GetInt32(), Lines(json, "takes")));
        }

        var firstOpen = json.TryGetProperty("firstOpen", out var first) ? new Period(first.GetInt64()) : default;
        return json.TryGetProperty("confirm", out var confirm) ? new ConfirmEntry(confirm.GetString()!, Lines(json, "lines"))
            : json.TryGetProperty("release", out var release) ? new ReleaseEntry(release.GetString()!)
            : !json.TryGetProperty("continues", out var before) ? new CloseEntry(firstOpen)
            : Hash256.TryParse(before.GetString(), out var head) ? new ContinueEntry(head, firstOpen)
            : throw new FormatException("What the log continues is not a digest.");
    }

    private static ReservationRequest Request(JsonElement id, JsonElement json) => new(
        id.GetString()!, (ReservationChannel)json.GetProperty("channel").GetInt32(), json.GetProperty("until").GetInt64(), Lines(json, "lines"), json.GetProperty("replaces").GetString());

    private static ImmutableArray<ReservedEnergy> Lines(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(line => new ReservedEnergy(
        new HeadroomKey(new MemberId(line[0].GetString()!), new Period(line[1].GetInt64()), (RegulationDirection)line[2].GetInt32()), new Energy(line[3].GetInt64())))];
}
