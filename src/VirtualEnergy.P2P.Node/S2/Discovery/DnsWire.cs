using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>DNS messages from and to bytes (RFC 1035, section 4). Whoever is on the network can send these: nothing in one makes it throw, loop, or read beyond its end.</summary>
public static class DnsWire
{
    /// <summary>RFC 6762, section 17.</summary>
    public const int MostBytes = 9_000;

    /// <summary>Questions and records that are looked at; more come from nobody who looks for a service.</summary>
    private const int MostEntries = 256;

    private const int HeaderBytes = 12;
    private const ushort Internet = 1;

    // The top bit of a class: a unique record, whose older ones are to be forgotten; in a question, an answer to the asker alone.
    private const ushort TopBit = 0x8000;
    private const ushort AnswerFlags = 0x8400;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static byte[] Write(DnsMessage message)
    {
        using var bytes = new MemoryStream();
        ReadOnlySpan<ushort> header = [0, message.IsAnswer ? AnswerFlags : (ushort)0, (ushort)message.Questions.Length, (ushort)message.Records.Length, 0, 0];
        foreach (var field in header)
        {
            Put(bytes, field);
        }

        foreach (var (name, type) in message.Questions)
        {
            Put(bytes, name);
            Put(bytes, (ushort)type);
            Put(bytes, Internet);
        }

        foreach (var record in message.Records)
        {
            Put(bytes, record.Name);
            Put(bytes, (ushort)record.Type);
            Put(bytes, record is PointerRecord || !message.IsAnswer ? Internet : (ushort)(Internet | TopBit));
            Put(bytes, (ushort)(record.Seconds >> 16));
            Put(bytes, (ushort)(record.Seconds & 0xFFFF));
            var data = DataOf(record);
            Put(bytes, checked((ushort)data.Length));
            bytes.Write(data);
        }

        return bytes.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (bytes.Length is < HeaderBytes or > MostBytes)
        {
            return false;
        }

        // Operation codes and response codes other than 0 are not of multicast DNS.
        var flags = U16(bytes, 2);
        var (questions, records) = (U16(bytes, 4), U16(bytes, 6) + U16(bytes, 8) + U16(bytes, 10));
        if ((flags & 0x780F) != 0 || questions + records > MostEntries)
        {
            return false;
        }

        var at = HeaderBytes;
        var asked = ImmutableArray.CreateBuilder<DnsQuestion>();
        for (var i = 0; i < questions; i++)
        {
            if (!TryName(bytes, ref at, out var name) || at + 4 > bytes.Length)
            {
                return false;
            }

            if ((U16(bytes, at + 2) & ~TopBit) is Internet or 255)
            {
                asked.Add(new DnsQuestion(name, (DnsType)U16(bytes, at)));
            }

            at += 4;
        }

        var known = ImmutableArray.CreateBuilder<DnsRecord>();
        for (var i = 0; i < records; i++)
        {
            if (!TryName(bytes, ref at, out var name) || at + 10 > bytes.Length || at + 10 + U16(bytes, at + 8) is var end && end > bytes.Length)
            {
                return false;
            }

            if ((U16(bytes, at + 2) & ~TopBit) == Internet && Record(bytes, at, end, name) is { } record)
            {
                known.Add(record);
            }

            at = end;
        }

        message = new DnsMessage((flags & TopBit) != 0, asked.DrainToImmutable(), known.DrainToImmutable());
        return true;
    }

    // A record that says nothing that makes sense is left out; the others of the message stand.
    private static DnsRecord? Record(ReadOnlySpan<byte> bytes, int at, int end, DnsName name)
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 4)..]);
        var (type, start) = ((DnsType)U16(bytes, at), at + 10);
        switch (type)
        {
            case DnsType.Pointer when TryName(bytes, ref start, out var target) && start == end:
                return new PointerRecord(name, seconds, target);
            case DnsType.Service when end - start > 6:
                var (port, host) = (U16(bytes, start + 4), start + 6);
                return TryName(bytes, ref host, out var at1) && host == end ? new ServiceRecord(name, seconds, port, at1) : null;
            case DnsType.Text when Texts(bytes[start..end]) is { IsDefault: false } texts:
                return new TextRecord(name, seconds, texts);
            case DnsType.Address when end - start == 4:
            case DnsType.AddressV6 when end - start == 16:
                return new AddressRecord(name, seconds, new IPAddress(bytes[start..end]));
            default:
                return null;
        }
    }

    private static ImmutableArray<string> Texts(ReadOnlySpan<byte> data)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        while (data.Length > 0)
        {
            if (data[0] >= data.Length || Text(data[1..(1 + data[0])]) is not { } text)
            {
                return default;
            }

            texts.Add(text);
            data = data[(1 + data[0])..];
        }

        return texts.DrainToImmutable();
    }

    // Parts of a name may be where they stood before: a pointer leads backwards only, so that it ends.
    private static bool TryName(ReadOnlySpan<byte> bytes, ref int at, out DnsName name)
    {
        name = default;
        var labels = ImmutableArray.CreateBuilder<string>();
        var (place, before, length, isMoved) = (at, at, 0, false);
        while (place < bytes.Length)
        {
            int count = bytes[place];
            if (count == 0)
            {
                at = isMoved ? at : place + 1;
                name = new DnsName(labels.DrainToImmutable());
                return true;
            }

            if (count >= 0xC0)
            {
                if (place + 1 >= bytes.Length || (((count & 0x3F) << 8) | bytes[place + 1]) is var target && target >= before)
                {
                    return false;
                }

                at = isMoved ? at : place + 2;
                (place, before, isMoved) = (target, target, true);
                continue;
            }

            length += 1 + count;
            if (count > DnsName.MostLabelBytes || length >= DnsName.MostBytes || place + 1 + count > bytes.Length || Text(bytes.Slice(place + 1, count)) is not { } label)
            {
                return false;
            }

            labels.Add(label);
            place += 1 + count;
        }

        return false;
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] DataOf(DnsRecord record)
    {
        using var data = new MemoryStream();
        switch (record)
        {
            case PointerRecord pointer:
                Put(data, pointer.Target);
                break;
            case ServiceRecord service:
                Put(data, 0);
                Put(data, 0);
                Put(data, service.Port);
                Put(data, service.Host);
                break;
            case TextRecord text:
                foreach (var bytes in text.Texts.Select(Strict.GetBytes))
                {
                    data.WriteByte(checked((byte)bytes.Length));
                    data.Write(bytes);
                }

                break;
            case AddressRecord address:
                data.Write(address.Address.GetAddressBytes());
                break;
        }

        return data.ToArray();
    }

    private static void Put(Stream bytes, DnsName name)
    {
        foreach (var label in name.Labels.Select(Strict.GetBytes))
        {
            bytes.WriteByte((byte)label.Length);
            bytes.Write(label);
        }

        bytes.WriteByte(0);
    }

    private static void Put(Stream bytes, ushort value)
    {
        bytes.WriteByte((byte)(value >> 8));
        bytes.WriteByte((byte)(value & 0xFF));
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
