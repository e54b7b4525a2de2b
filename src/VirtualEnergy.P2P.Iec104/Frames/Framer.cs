namespace VirtualEnergy.P2P.Iec104.Frames;

/// <summary>Cuts a stream of bytes into frames, however the network split or joined them.</summary>
/// <remarks>A frame that arrived whole is a slice of the input; only what was split is copied. A fault is final.</remarks>
public sealed class Framer
{
    private byte[] _part = [];
    private int _held;

    /// <summary>The first fault met; nothing is read after it.</summary>
    public FrameFault Fault { get; private set; }

    /// <summary>Takes the next frame from the input.</summary>
    /// <param name="input">Advanced past what was taken; empty when more bytes are needed.</param>
    /// <param name="frame">A whole frame, valid until the next call or until the input's memory is used again.</param>
    /// <returns>False when the input holds no whole frame, or on a fault.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (Fault != FrameFault.None || input.IsEmpty)
        {
            return false;
        }

        if (_held > 0)
        {
            return TryComplete(ref input, out frame);
        }

        Fault = Check(input);
        if (Fault != FrameFault.None)
        {
            return false;
        }

        if (input.Length < 2 || input.Length < input[1] + 2)
        {
            Hold(ref input, input.Length);
            return false;
        }

        frame = input[..(input[1] + 2)];
        input = input[frame.Length..];
        return true;
    }

    private static FrameFault Check(ReadOnlySpan<byte> start)
    {
        if (start[0] != Apci.Start)
        {
            return FrameFault.StartByte;
        }

        return start.Length < 2 ? FrameFault.None : start[1] switch
        {
            < Apci.MinLength => FrameFault.TooShort,
            > Apci.MaxLength => FrameFault.TooLong,
            _ => FrameFault.None,
        };
    }

    private bool TryComplete(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_held == 1)
        {
            Hold(ref input, 1);
            Fault = Check(_part.AsSpan(0, _held));
            if (Fault != FrameFault.None)
            {
                return false;
            }
        }

        var whole = _part[1] + 2;
        Hold(ref input, Math.Min(input.Length, whole - _held));
        if (_held < whole)
        {
            return false;
        }

        frame = _part.AsSpan(0, whole);
        _held = 0;
        return true;
    }

    private void Hold(ref ReadOnlySpan<byte> input, int count)
    {
        if (_part.Length == 0)
        {
            _part = new byte[Apci.MaxFrame];
        }

        input[..count].CopyTo(_part.AsSpan(_held));
        _held += count;
        input = input[count..];
    }
}
