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
                json.WriteNumber("channel", (int)request.Channel);
                json.WriteNumber("until", request.HoldUntil);
                json.WriteString("replaces", request.Replaces);
                Write(json, request.Lines);
                break;
            case ConfirmEntry confirm:
                json.WriteString("confirm", confirm.Id);
                Write(json, confirm.Sold);
                break;
            case ReleaseEntry release:
                json.WriteString("release", release.Id);
                break;
            case CloseEntry close:
                json.WriteNumber("firstOpen", close.FirstOpen.Index);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<ReservedEnergy> lines)
    {
        json.WriteStartArray("lines");
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
            return new HoldEntry(new ReservationRequest(
                hold.GetString()!, (ReservationChannel)json.GetProperty("channel").GetInt32(), json.GetProperty("until").GetInt64(), Lines(json), json.GetProperty("replaces").GetString()));
        }

        return json.TryGetProperty("confirm", out var confirm) ? new ConfirmEntry(confirm.GetString()!, Lines(json))
            : json.TryGetProperty("release", out var release) ? new ReleaseEntry(release.GetString()!)
            : new CloseEntry(new Period(json.GetProperty("firstOpen").GetInt64()));
    }

    private static ImmutableArray<ReservedEnergy> Lines(JsonElement json) => [.. json.GetProperty("lines").EnumerateArray().Select(line => new ReservedEnergy(
        new HeadroomKey(new MemberId(line[0].GetString()!), new Period(line[1].GetInt64()), (RegulationDirection)line[2].GetInt32()), new Energy(line[3].GetInt64())))];
}
