using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>Packs many objects into few ASDUs: runs of addresses as sequences, the rest each with its address.</summary>
internal static class InterrogationAnswer
{
    // With two objects the sequence saves three octets but may need an ASDU more.
    private const int ShortestRun = 3;

    /// <param name="values">By type, then by address.</param>
    public static List<byte[]> Pack(IEnumerable<InformationObject> values, CauseOfTransmission cause, CommonAddress address)
    {
        var asdus = new List<byte[]>();
        foreach (var type in values.GroupBy(value => value.Type))
        {
            var scattered = new List<InformationObject>();
            ReadOnlySpan<InformationObject> rest = type.ToArray();
            while (!rest.IsEmpty)
            {
                var run = RunLength(rest);
                if (run >= ShortestRun)
                {
                    Write(asdus, rest[..run], cause, address, sequence: true);
                }
                else
                {
                    scattered.AddRange(rest[..run]);
                }

                rest = rest[run..];
            }

            Write(asdus, scattered.ToArray(), cause, address, sequence: false);
        }

        return asdus;
    }

    private static int RunLength(ReadOnlySpan<InformationObject> values)
    {
        var length = 1;
        while (length < values.Length && values[length].Address.Value == values[length - 1].Address.Value + 1)
        {
            length++;
        }

        return length;
    }

    private static void Write(List<byte[]> asdus, ReadOnlySpan<InformationObject> values, CauseOfTransmission cause, CommonAddress address, bool sequence)
    {
        Span<byte> target = stackalloc byte[Apci.MaxAsdu];
        while (!values.IsEmpty)
        {
            var writer = new AsduWriter(target, values[0].Type, cause, address, sequence);
            while (writer.Count < values.Length && writer.TryAdd(values[writer.Count]))
            {
            }

            asdus.Add(writer.Written.ToArray());
            values = values[writer.Count..];
        }
    }
}
