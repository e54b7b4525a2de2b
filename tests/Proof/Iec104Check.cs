using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;
using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <param name="Problem">What is wrong; null when nothing is.</param>
/// <param name="Commands">How many commands reached the process.</param>
/// <param name="Answers">ASDUs that a controlled station sent back.</param>
/// <param name="Closed">Why it closed the connection; none while it did not.</param>
internal readonly record struct Iec104Result(string? Problem, int Frames, int Asdus, int Commands, int Answers, LinkCloseReason Closed);

/// <summary>What must hold for any bytes whatever that a peer sends.</summary>
internal static class Iec104Check
{
    private static readonly byte[] Start = Convert.FromHexString("680407000000");
    private static readonly byte[] Started = Convert.FromHexString("68040B000000");

    /// <param name="dice">Where the bytes are cut.</param>
    public static Iec104Result Of(byte[] input, Random dice)
    {
        try
        {
            var (frames, asdus, problem) = Framing(input, dice);
            var (commands, answers, closed, wrong) = Controlled(input, dice);
            return new Iec104Result(problem ?? wrong ?? Controlling(input, dice), frames, asdus, commands, answers, closed);
        }
#pragma warning disable CA1031 // That nothing is thrown is what is checked.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return new Iec104Result($"threw {thrown}", 0, 0, 0, 0, LinkCloseReason.None);
        }
    }

    // However it is cut, the same frames and the same fault; and every ASDU that is right is written again octet by octet.
    private static (int Frames, int Asdus, string? Problem) Framing(byte[] input, Random dice)
    {
        var (whole, cut) = (new Framer(), new Framer());
        var (frames, asdus) = (new List<byte[]>(), 0);
        ReadOnlySpan<byte> rest = input;
        while (whole.TryRead(ref rest, out var frame))
        {
            frames.Add(frame.ToArray());
            if (Apci.TryRead(frame, out var apci, out _) && apci.Format == FrameFormat.I && Asdu.TryRead(frame[Apci.Size..], out var asdu, out _))
            {
                asdus++;
                if (!IsWrittenAgain(asdu))
                {
                    return (frames.Count, asdus, $"An ASDU is not written as it was read: {Convert.ToHexString(asdu.Octets)}");
                }
            }
        }

        var at = 0;
        foreach (var part in Parts(input, dice))
        {
            ReadOnlySpan<byte> bytes = part.Span;
            while (cut.TryRead(ref bytes, out var frame))
            {
                if (at == frames.Count || !frame.SequenceEqual(frames[at++]))
                {
                    return (frames.Count, asdus, "Cut elsewhere, the frames differ.");
                }
            }
        }

        return (frames.Count, asdus, at != frames.Count || cut.Fault != whole.Fault ? "Cut elsewhere, the number of frames or the fault differs." : null);
    }

    private static bool IsWrittenAgain(in Asdu asdu)
    {
        var writer = new AsduWriter(stackalloc byte[Apci.MaxAsdu], asdu.Type, asdu.Cause, asdu.Address, asdu.IsSequence);
        var count = 0;
        foreach (var item in asdu)
        {
            if (!writer.TryAdd(item))
            {
                return false;
            }

            count++;
        }

        return count == asdu.Count && writer.Written.SequenceEqual(asdu.Octets);
    }

    // A started controlled station answers in right frames only, and no command reaches the process that was not whole and finite.
    private static (int Commands, int Answers, LinkCloseReason Closed, string? Problem) Controlled(byte[] input, Random dice)
    {
        AsduType[] types = [AsduType.SingleCommand, AsduType.DoubleCommand, AsduType.SetPointNormalized, AsduType.SetPointScaled, AsduType.SetPointShortFloat];
        var (commands, unsound) = (0, 0);
        var station = new ControlledStation(new ControlledStationOptions { OnCommand = Execute, OnClock = _ => true, OnReset = () => true }, TimeProvider.System);
        var address = new CommonAddress(5);
        station.Define(address, InformationObject.MeasuredShortFloat(new ObjectAddress(100), 1), group: 1);
        station.Define(address, InformationObject.IntegratedTotal(new ObjectAddress(101), 1), group: 1);
        for (var i = 0; i < types.Length; i++)
        {
            station.DefineCommand(address, new ObjectAddress(i + 1), types[i], selectFirst: i == 1);
        }

        var connection = station.Accept(new Peer(new IPEndPoint(IPAddress.Loopback, 1)))!;
        connection.Receive(Start);
        var output = new List<byte>();
        foreach (var part in Parts(input, dice))
        {
            connection.Receive(part.Span);
            Take(connection, output);
        }

        connection.Tick();
        Take(connection, output);
        var (answers, problem) = Read(output);
        problem ??= unsound > 0 ? "A command reached the process that is no right command." : null;
        return (commands, answers, connection.CloseReason, problem ?? (connection.IsClosed != (connection.CloseReason != LinkCloseReason.None) ? "Closed without a reason." : null));

        CommandAnswer Execute(Command command)
        {
            commands++;
            unsound += command.Object.IsFinite && !command.Object.IsSelect && command.Address.Value == 5 && command.Object.Type.Untimed() == types[command.Object.Address.Value - 1] ? 0 : 1;
            return CommandAnswer.Done;
        }
    }

    private static (int Answers, string? Problem) Read(List<byte> output)
    {
        var (framer, answers, next) = (new Framer(), 0, new SequenceNumber(0));
        ReadOnlySpan<byte> rest = output.ToArray();
        while (framer.TryRead(ref rest, out var frame))
        {
            if (!Apci.TryRead(frame, out var apci, out _))
            {
                return (answers, $"A frame of its own is wrong: {Convert.ToHexString(frame)}");
            }

            if (apci.Format == FrameFormat.I)
            {
                if (apci.Send != next)
                {
                    return (answers, "Its own numbers have a gap.");
                }

                next = next.Next;
                answers++;
            }
        }

        return (answers, framer.Fault != FrameFault.None ? $"Its own bytes are no frames: {framer.Fault}" : null);
    }

    // A controlling station takes anything without being thrown, with a request under way.
    private static string? Controlling(byte[] input, Random dice)
    {
        var connection = new ControllingConnection(new ControllingConnectionOptions(), TimeProvider.System);
        connection.Receive(Started);
        var asked = connection.InterrogateAsync(new CommonAddress(5));
        foreach (var part in Parts(input, dice))
        {
            connection.Receive(part.Span);
        }

        connection.Close();
        return asked.IsCompleted ? null : "A request is left without an end.";
    }

    private static void Take(StationConnection connection, List<byte> output)
    {
        Span<byte> buffer = stackalloc byte[1_024];
        while (connection.TakeOutput(buffer) is var count && count > 0)
        {
            output.AddRange(buffer[..count]);
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(byte[] input, Random dice)
    {
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(input.Length - at, dice.Next(4) == 0 ? 1 : dice.Next(1, 300));
            yield return input.AsMemory(at, length);
            at += length;
        }
    }
}
