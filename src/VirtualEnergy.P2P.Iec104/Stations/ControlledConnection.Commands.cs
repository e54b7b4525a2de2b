using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>Commands and set-points: direct, or selected first.</summary>
public sealed partial class ControlledConnection
{
    private void OnCommand(in Asdu asdu, in InformationObject item)
    {
        var address = asdu.Address.Value;
        if (_station.Image.Command(address, item.Address) is not { } point || point.Type != item.Type.Untimed())
        {
            Mirror(asdu.Octets, Cause.UnknownObjectAddress, negative: true);
        }
        else if (asdu.Cause.Cause == Cause.Deactivation)
        {
            Mirror(asdu.Octets, Cause.DeactivationConfirmation, !_station.Selections.TryCancel(address, item.Address, this));
        }
        else if (!item.IsFinite || IsOutOfTime(item) || _station.Running.Contains((address, item.Address)))
        {
            Mirror(asdu.Octets, Cause.ActivationConfirmation, negative: true);
        }
        else if (asdu.Cause.IsTest)
        {
            // A test goes all the way but for the process.
            Mirror(asdu.Octets, Cause.ActivationConfirmation, _station.Selections.IsHeldByAnother(address, item.Address, this));
        }
        else if (item.IsSelect)
        {
            Mirror(asdu.Octets, Cause.ActivationConfirmation, !_station.Selections.TrySelect(address, item, this));
        }
        else if (_station.Selections.IsHeldByAnother(address, item.Address, this) || !(_station.Selections.Use(address, item, this) ?? !point.SelectFirst))
        {
            Mirror(asdu.Octets, Cause.ActivationConfirmation, negative: true);
        }
        else
        {
            Execute(asdu, item);
        }
    }

    private void Execute(in Asdu asdu, in InformationObject item)
    {
        var command = new Command(asdu.Address, item, Peer, asdu.Cause.Originator);
        var answer = CommandAnswer.Refused;
        Ask(() => (answer = _station.Options.OnCommand?.Invoke(command) ?? CommandAnswer.Refused).IsAccepted);
        Mirror(asdu.Octets, Cause.ActivationConfirmation, !answer.IsAccepted);
        if (!answer.IsAccepted)
        {
            return;
        }

        var (done, failed) = (Mirrored(asdu.Octets, Cause.ActivationTermination, negative: false), Mirrored(asdu.Octets, Cause.ActivationTermination, negative: true));
        if (answer.Completion is not { } completion)
        {
            Answer(done);
            return;
        }

        var key = (command.Address.Value, command.Object.Address);
        _station.Running.Add(key);
        completion.ContinueWith(
            ended => Act(() =>
            {
                _station.Running.Remove(key);
                if (ended.IsFaulted)
                {
                    _station.Say(new StationNotice(NoticeKind.HandlerFailed, Peer, ended.Exception!.GetBaseException().Message));
                }

                if (Link.State != LinkState.Closed)
                {
                    Answer(ended.IsCompletedSuccessfully && ended.Result ? done : failed);
                }
            }),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private bool IsOutOfTime(in InformationObject item)
    {
        if (!item.Type.IsTimed() || _station.Options.MaxCommandAge is not { } most)
        {
            return item.Type.IsTimed() && item.Time.IsInvalid;
        }

        return item.Time.IsInvalid || (_station.Clock.GetUtcNow() - item.Time.ToInstant()).Duration() > most;
    }
}
