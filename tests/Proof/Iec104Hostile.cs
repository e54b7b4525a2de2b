using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Ways in which what a telecontrol peer sends can be hostile.</summary>
public enum Iec104Family
{
    /// <summary>Bytes without any order, half of them behind a right start byte.</summary>
    Noise,

    /// <summary>Frames of right format, with numbers and functions that come as they come.</summary>
    Frames,

    /// <summary>Frames in right order, whose ASDUs are made of random octets behind a plausible header.</summary>
    Asdus,

    /// <summary>Right requests in right order.</summary>
    Requests,

    /// <summary>Right requests of which a few octets are changed, cut out, doubled or put in.</summary>
    Mutations,
}

/// <summary>Hostile input by family, seed and number: the same three give the same bytes on every machine.</summary>
internal static class Iec104Hostile
{
    private static readonly byte[] Types = [.. Enumerable.Range(0, 256).Where(number => ((AsduType)number).IsKnown()).Select(number => (byte)number)];

    public static byte[] Make(Iec104Family family, ulong seed, ulong number)
    {
        var dice = Dice(family, seed, number);
        var bytes = new List<byte>();
        switch (family)
        {
            case Iec104Family.Noise:
                bytes.AddRange(Octets(dice, dice.Next(1, 300)));
                bytes[0] = dice.Next(2) == 0 ? (byte)0x68 : bytes[0];
                break;
            case Iec104Family.Frames:
                for (var i = dice.Next(1, 20); i > 0; i--)
                {
                    bytes.AddRange(AnyFrame(dice));
                }

                break;
            default:
                for (var (i, sent) = (dice.Next(1, 20), new SequenceNumber(0)); i > 0; i--, sent = sent.Next)
                {
                    bytes.AddRange(Frame(Apci.Information(sent, default), family == Iec104Family.Asdus ? AnyAsdu(dice) : Request(dice)));
                }

                if (family == Iec104Family.Mutations)
                {
                    Mutate(dice, bytes);
                }

                break;
        }

        return [.. bytes];
    }

    /// <summary>Chance for the rest of a check: where the input is cut.</summary>
    public static Random Dice(Iec104Family family, ulong seed, ulong number) =>
        new(unchecked((int)(uint)((((seed * 0x9E3779B97F4A7C15) ^ (ulong)family) * 0xBF58476D1CE4E5B9 ^ number) * 0x94D049BB133111EB >> 32)));

    private static byte[] AnyFrame(Random dice) => dice.Next(4) switch
    {
        0 => Frame(Apci.Supervisory(new SequenceNumber(dice.Next(4))), []),
        1 => Frame(Apci.Unnumbered(dice.Next(6) switch
        {
            0 => LinkFunction.StartActivation,
            1 => LinkFunction.StartConfirmation,
            2 => LinkFunction.StopActivation,
            3 => LinkFunction.StopConfirmation,
            4 => LinkFunction.TestActivation,
            _ => LinkFunction.TestConfirmation,
        }), []),
        _ => Frame(Apci.Information(new SequenceNumber(dice.Next(3)), new SequenceNumber(dice.Next(20) == 0 ? 32767 : dice.Next(3))), Request(dice)),
    };

    private static byte[] AnyAsdu(Random dice)
    {
        var asdu = Octets(dice, dice.Next(1, 60));
        byte[] header = [dice.Next(8) == 0 ? asdu[0] : Types[dice.Next(Types.Length)], (byte)dice.Next(1, 4), (byte)dice.Next(1, 12), 0, 5, 0];
        return dice.Next(8) == 0 ? asdu : [.. header, .. asdu];
    }

    private static byte[] Request(Random dice)
    {
        var address = new ObjectAddress(dice.Next(1, 8));
        var time = Cp56Time2a.FromUtc(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(dice.Next(30_000_000)));
        Cp56Time2a? tag = dice.Next(2) == 0 ? time : null;
        var item = dice.Next(9) switch
        {
            0 => InformationObject.Interrogation(dice.Next(17)),
            1 => InformationObject.CounterInterrogation(dice.Next(5), (CounterFreeze)dice.Next(4)),
            2 => InformationObject.ClockSynchronization(time),
            3 => InformationObject.ResetProcess(dice.Next(2) == 0),
            4 => InformationObject.SingleCommand(address, dice.Next(2) == 0, (CommandQualifier)dice.Next(32), tag),
            5 => InformationObject.DoubleCommand(address, (DoublePointState)dice.Next(1, 3), CommandQualifier.LongPulse, tag),
            6 => InformationObject.SetPointScaled(address, (short)dice.Next(short.MinValue, short.MaxValue), tag),
            7 => InformationObject.SetPointNormalized(address, new NormalizedValue((short)dice.Next(short.MinValue, short.MaxValue)), tag),
            _ => InformationObject.SetPointShortFloat(address, dice.NextSingle(), tag),
        };
        item = item.Type.IsCommand() && dice.Next(2) == 0 ? item.AsSelect() : item;
        var cause = dice.Next(10) == 0 ? Cause.Deactivation : Cause.Activation;
        var to = dice.Next(12) == 0 ? CommonAddress.Broadcast : new CommonAddress(dice.Next(10) == 0 ? 9 : 5);
        return AsduWriter.Single(item, new CauseOfTransmission(cause, IsTest: dice.Next(20) == 0, Originator: (byte)dice.Next(256)), to);
    }

    private static void Mutate(Random dice, List<byte> bytes)
    {
        for (var i = dice.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            var at = dice.Next(bytes.Count);
            switch (dice.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << dice.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, dice.Next(1, 8)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, dice.Next(1, 20))));
                    break;
                default:
                    bytes.InsertRange(at, Octets(dice, dice.Next(1, 4)));
                    break;
            }
        }
    }

    private static byte[] Octets(Random dice, int count)
    {
        var octets = new byte[count];
        dice.NextBytes(octets);
        return octets;
    }

    private static byte[] Frame(in Apci apci, byte[] asdu)
    {
        var frame = new byte[Apci.Size + asdu.Length];
        apci.Write(frame, asdu.Length);
        asdu.CopyTo(frame, Apci.Size);
        return frame;
    }
}
