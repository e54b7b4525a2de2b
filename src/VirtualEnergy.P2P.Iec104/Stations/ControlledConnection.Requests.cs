using System.Buffers.Binary;
using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>What the controlling station asks for, and how it is answered: the ASDU comes back with another cause and sign.</summary>
public sealed partial class ControlledConnection
{
    private readonly HashSet<int> _interrogations = [];

    private void OnAsdu(ReadOnlySpan<byte> octets)
    {
        if (!AsduHeader.TryRead(octets, out var header))
        {
            _station.Say(StationNotice.Ignored(Peer, 0, AsduFault.TooShort));
            return;
        }

        var (type, cause) = (header.Type, header.Cause.Cause);
        if (!type.IsKnown() || type.IsMonitored() || type == AsduType.EndOfInitialization)
        {
            Mirror(octets, Cause.UnknownType, negative: true);
        }
        else if (cause != Cause.Activation && (cause != Cause.Deactivation || type is AsduType.ClockSynchronization or AsduType.ResetProcess))
        {
            Mirror(octets, Cause.UnknownCause, negative: true);
        }
        else if (!_station.Image.Has(header.AddressNumber) && (type.IsCommand() || header.AddressNumber != CommonAddress.Broadcast.Value))
        {
            Mirror(octets, Cause.UnknownCommonAddress, negative: true);
        }
        else if (Asdu.TryRead(octets, out var asdu, out var fault))
        {
            OnRequest(asdu);
        }
        else if (fault == AsduFault.ObjectAddress)
        {
            Mirror(octets, Cause.UnknownObjectAddress, negative: true);
        }
        else if (fault is AsduFault.Value or AsduFault.Time or AsduFault.ReservedBits)
        {
            Mirror(octets, cause + 1, negative: true);
        }
        else
        {
            // Count and length contradict each other: there is nothing whole to send back.
            _station.Say(StationNotice.Ignored(Peer, header.TypeNumber, fault));
        }
    }

    private void OnRequest(in Asdu asdu)
    {
        var objects = asdu.GetEnumerator();
        objects.MoveNext();
        var item = objects.Current;
        if (item.Type.IsCommand())
        {
            OnCommand(asdu, item);
            return;
        }

        // To all stations at once: each answers under its own address, but what concerns the process is done once.
        CommonAddress[] addresses = asdu.Address == CommonAddress.Broadcast ? [.. _station.Image.Addresses] : [asdu.Address];
        var isDone = item.Type switch
        {
            AsduType.ClockSynchronization => !asdu.Cause.IsTest && IsTaken(item.Time),
            AsduType.ResetProcess => !asdu.Cause.IsTest && IsReset(eventsOnly: item.Qualifier == 2),
            _ => true,
        };
        foreach (var address in addresses)
        {
            if (item.Type is AsduType.Interrogation or AsduType.CounterInterrogation)
            {
                OnInterrogated(asdu, item, address);
            }
            else
            {
                Mirror(asdu.Octets, Cause.ActivationConfirmation, !isDone, address);
            }
        }
    }

    private void OnInterrogated(in Asdu asdu, in InformationObject item, CommonAddress address)
    {
        if (asdu.Cause.Cause == Cause.Deactivation)
        {
            Mirror(asdu.Octets, Cause.DeactivationConfirmation, !StopInterrogation(Key(item.Type, address)), address);
        }
        else if (item.Type == AsduType.Interrogation)
        {
            OnInterrogation(asdu, item, address, _station.Image.Values(address.Value, item.Group), Cause.InterrogatedByStation + (byte)item.Group);
        }
        else
        {
            OnCounterInterrogation(asdu, item, address);
        }
    }

    private void OnCounterInterrogation(in Asdu asdu, in InformationObject item, CommonAddress address)
    {
        switch (item.Freeze)
        {
            case CounterFreeze.Read:
                var counters = _station.Image.Counters(address.Value, item.Group);
                OnInterrogation(asdu, item, address, counters, Cause.CountersByGeneralRequest + (byte)item.Group);
                break;
            case CounterFreeze.Freeze when !asdu.Cause.IsTest:
                _station.Image.FreezeCounters(address.Value, item.Group);
                Mirror(asdu.Octets, Cause.ActivationConfirmation, negative: false, address);
                Mirror(asdu.Octets, Cause.ActivationTermination, negative: false, address);
                break;
            default:
                // What a meter counts is not this library's to set to zero.
                Mirror(asdu.Octets, Cause.ActivationConfirmation, negative: true, address);
                break;
        }
    }

    private void OnInterrogation(in Asdu asdu, in InformationObject item, CommonAddress address, IEnumerable<InformationObject> values, Cause answer)
    {
        var key = Key(item.Type, address);
        if (!_interrogations.Add(key))
        {
            Mirror(asdu.Octets, Cause.ActivationConfirmation, negative: true, address);
            return;
        }

        var after = _group.Events.End;
        _waiting.AddLast(new Waiting(Mirrored(asdu.Octets, Cause.ActivationConfirmation, negative: false, address), 0, key, IsLast: false));
        foreach (var packed in InterrogationAnswer.Pack(values, asdu.Cause.Answer(answer), address))
        {
            _waiting.AddLast(new Waiting(packed, after, key, IsLast: false));
        }

        _waiting.AddLast(new Waiting(Mirrored(asdu.Octets, Cause.ActivationTermination, negative: false, address), after, key, IsLast: true));
    }

    private bool StopInterrogation(int key)
    {
        if (!_interrogations.Remove(key))
        {
            return false;
        }

        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Interrogation == key)
            {
                _waiting.Remove(node);
            }

            node = next;
        }

        return true;
    }

    private static int Key(AsduType type, CommonAddress address) => (byte)type << 16 | address.Value;

    private void Mirror(ReadOnlySpan<byte> octets, Cause cause, bool negative, CommonAddress? address = null) => Answer(Mirrored(octets, cause, negative, address));

    private static byte[] Mirrored(ReadOnlySpan<byte> octets, Cause cause, bool negative, CommonAddress? address = null)
    {
        var copy = octets.ToArray();
        CauseOfTransmission.Read(copy.AsSpan(2)).Answer(cause, negative).Write(copy.AsSpan(2));
        if (address is { } own)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(4), own.Value);
        }

        return copy;
    }

    private bool IsTaken(Cp56Time2a time) => !time.IsInvalid && Ask(() => _station.Options.OnClock?.Invoke(time) == true);

    private bool IsReset(bool eventsOnly)
    {
        if (!eventsOnly)
        {
            return Ask(() => _station.Options.OnReset?.Invoke() == true);
        }

        _group.Events.Clear();
        return true;
    }

    private bool Ask(Func<bool> handler)
    {
        try
        {
            return handler();
        }
#pragma warning disable CA1031 // Whatever an application's handler throws, the others of this station go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _station.Say(new StationNotice(NoticeKind.HandlerFailed, Peer, failure.Message));
            return false;
        }
    }
}
