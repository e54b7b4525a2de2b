using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Iec104.Link;

/// <summary>Frames that wait to be written to the transport, in order.</summary>
internal sealed class OutputBuffer
{
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start, _end - _start);

    public void Add(in Apci apci, ReadOnlySpan<byte> asdu)
    {
        var length = Apci.Size + asdu.Length;
        if (_end + length > _bytes.Length)
        {
            MakeRoom(length);
        }

        apci.Write(_bytes.AsSpan(_end), asdu.Length);
        asdu.CopyTo(_bytes.AsSpan(_end + Apci.Size));
        _end += length;
    }

    public void Written(int count)
    {
        _start += count;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
    }

    private void MakeRoom(int length)
    {
        var pending = Pending.Length;
        var target = pending + length > _bytes.Length ? new byte[Math.Max(2 * _bytes.Length, Math.Max(pending + length, 2 * Apci.MaxFrame))] : _bytes;
        Buffer.BlockCopy(_bytes, _start, target, 0, pending);
        (_bytes, _start, _end) = (target, 0, pending);
    }
}
