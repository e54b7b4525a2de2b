using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>
/// What scrypt fills: 256 MiB by the standard's cost. Outside of the managed heap, which would keep that much for as long as the process lives; here the system has it back at once.
/// </summary>
internal sealed class ScryptMemory : SafeBuffer
{
    private readonly ulong _bytesOfRow;

    /// <param name="rows">How many.</param>
    /// <param name="words">In each; a multiple of 16.</param>
    /// <exception cref="OutOfMemoryException">The machine has not that much.</exception>
    public ScryptMemory(int rows, int words)
        : base(ownsHandle: true)
    {
        (Rows, _bytesOfRow) = (rows, (ulong)words * sizeof(uint));
        SetHandle(Marshal.AllocHGlobal(checked((nint)(_bytesOfRow * (ulong)rows))));
        Initialize(_bytesOfRow * (ulong)rows);
    }

    public int Rows { get; }

    public void Write(int row, ReadOnlySpan<uint> words) => WriteSpan((ulong)row * _bytesOfRow, MemoryMarshal.Cast<uint, Line>(words));

    public void Read(int row, Span<uint> words) => ReadSpan((ulong)row * _bytesOfRow, MemoryMarshal.Cast<uint, Line>(words));

    protected override bool ReleaseHandle()
    {
        Marshal.FreeHGlobal(handle);
        return true;
    }

    // Spans are copied one element at a time, so that large ones are fast.
    [InlineArray(16)]
    private struct Line
    {
        private uint _first;
    }
}
