using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>Which objects are selected, by whom, for what, and until when.</summary>
internal sealed class Selections(TimeProvider time, TimeSpan timeout)
{
    private readonly Dictionary<(ushort Address, ObjectAddress Object), Selection> _selected = [];

    private readonly record struct Selection(object Owner, InformationObject Asked, long Since);

    /// <returns>False when another holds the object; one's own selection is renewed.</returns>
    public bool TrySelect(ushort address, in InformationObject asked, object owner)
    {
        if (IsHeldByAnother(address, asked.Address, owner))
        {
            return false;
        }

        _selected[(address, asked.Address)] = new Selection(owner, Content(asked), time.GetTimestamp());
        return true;
    }

    public bool IsHeldByAnother(ushort address, ObjectAddress item, object owner) => Live(address, item) is { } held && held.Owner != owner;

    /// <summary>Ends the owner's selection.</summary>
    /// <returns>Whether it was for this very command; null when the owner had none.</returns>
    public bool? Use(ushort address, in InformationObject executed, object owner)
    {
        if (Live(address, executed.Address) is not { } held || held.Owner != owner)
        {
            return null;
        }

        _selected.Remove((address, executed.Address));
        return held.Asked == Content(executed);
    }

    /// <returns>Whether the owner had it selected.</returns>
    public bool TryCancel(ushort address, ObjectAddress item, object owner) =>
        Live(address, item) is { } held && held.Owner == owner && _selected.Remove((address, item));

    public void Release(object owner)
    {
        foreach (var (key, selection) in _selected)
        {
            if (selection.Owner == owner)
            {
                _selected.Remove(key);
            }
        }
    }

    // Selection and execution differ in S/E, and in when they were sent.
    private static InformationObject Content(in InformationObject command) => command.AsSelect().Untimed();

    private Selection? Live(ushort address, ObjectAddress item)
    {
        if (!_selected.TryGetValue((address, item), out var held))
        {
            return null;
        }

        if (time.GetElapsedTime(held.Since) < timeout)
        {
            return held;
        }

        _selected.Remove((address, item));
        return null;
    }
}
