using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>The octets of one object's value, behind its address. Modelled on IEC 60870-5-101, 7.2.6 and 7.3.</summary>
internal static class ElementCodec
{
    public static void Write(Span<byte> octets, in InformationObject item)
    {
        var length = item.Type.ElementSize();
        switch (item.Type.Shape())
        {
            case ElementShape.SinglePoint or ElementShape.DoublePoint or ElementShape.SingleCommand or ElementShape.DoubleCommand:
                octets[0] = (byte)(item.Raw | item.Descriptor);
                break;
            case ElementShape.Measured16 or ElementShape.SetPoint16:
                BinaryPrimitives.WriteInt16LittleEndian(octets, (short)item.Raw);
                octets[2] = item.Descriptor;
                break;
            case ElementShape.MeasuredFloat or ElementShape.SetPointFloat or ElementShape.Counter:
                BinaryPrimitives.WriteInt32LittleEndian(octets, item.Raw);
                octets[4] = item.Descriptor;
                break;
            case ElementShape.Clock:
                item.TimeOrNone.Write(octets);
                return;
            default:
                octets[0] = item.Descriptor;
                break;
        }

        if (item.Type.IsTimed())
        {
            item.TimeOrNone.Write(octets[(length - Cp56Time2a.Size)..]);
        }
    }

    public static AsduFault Read(AsduType type, ObjectAddress address, ReadOnlySpan<byte> octets, out InformationObject item)
    {
        item = default;
        var time = default(Cp56Time2a);
        if ((type.IsTimed() || type == AsduType.ClockSynchronization) && !Cp56Time2a.TryRead(octets[^Cp56Time2a.Size..], out time, out _))
        {
            return AsduFault.Time;
        }

        var (raw, descriptor) = Split(type.Shape(), octets);
        item = new InformationObject(type, address, raw, descriptor, time);
        return Check(type.Shape(), raw, descriptor);
    }

    private static (int Raw, byte Descriptor) Split(ElementShape shape, ReadOnlySpan<byte> octets) => shape switch
    {
        ElementShape.SinglePoint or ElementShape.SingleCommand => (octets[0] & 1, (byte)(octets[0] & 0xFE)),
        ElementShape.DoublePoint or ElementShape.DoubleCommand => (octets[0] & 3, (byte)(octets[0] & 0xFC)),
        ElementShape.Measured16 or ElementShape.SetPoint16 => (BinaryPrimitives.ReadInt16LittleEndian(octets), octets[2]),
        ElementShape.MeasuredFloat or ElementShape.SetPointFloat or ElementShape.Counter => (BinaryPrimitives.ReadInt32LittleEndian(octets), octets[4]),
        ElementShape.Clock => (0, 0),
        _ => (0, octets[0]),
    };

    private static AsduFault Check(ElementShape shape, int raw, byte descriptor) => shape switch
    {
        ElementShape.SinglePoint => (descriptor & 0x0E) == 0 ? AsduFault.None : AsduFault.ReservedBits,
        ElementShape.DoublePoint => (descriptor & 0x0C) == 0 ? AsduFault.None : AsduFault.ReservedBits,
        ElementShape.Measured16 or ElementShape.MeasuredFloat => (descriptor & 0x0E) == 0 ? AsduFault.None : AsduFault.ReservedBits,
        ElementShape.SingleCommand => (descriptor & 0x02) == 0 ? AsduFault.None : AsduFault.ReservedBits,
        ElementShape.DoubleCommand => raw is 1 or 2 ? AsduFault.None : AsduFault.Value,
        ElementShape.Interrogation => descriptor is >= 20 and <= 36 ? AsduFault.None : AsduFault.Value,
        ElementShape.CounterInterrogation => (descriptor & 0x3F) is >= 1 and <= 5 ? AsduFault.None : AsduFault.Value,
        ElementShape.Reset => descriptor is 1 or 2 ? AsduFault.None : AsduFault.Value,
        _ => AsduFault.None,
    };
}
