namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

/// <summary>A log that can lose its power in the middle of a line, as many bytes into it as the test says.</summary>
internal sealed class CrashingDisk
{
    private readonly List<byte> _bytes = [];
    private int? _crashAfter;

    public ReadOnlySpan<byte> Content => _bytes.ToArray();

    public int Length => _bytes.Count;

    /// <summary>Whether the line at which the power went was on the disk, whole, though its writer never heard so.</summary>
    public bool LastLineWasWhole { get; private set; }

    /// <summary>The next append writes so many thousandths of its line, then the power goes.</summary>
    public void CrashAfter(int permilleOfLine) => _crashAfter = permilleOfLine;

    public void Disarm() => _crashAfter = null;

    public void Append(ReadOnlyMemory<byte> line)
    {
        if (_crashAfter is not { } permille)
        {
            _bytes.AddRange(line.Span);
            return;
        }

        _crashAfter = null;
        var written = line.Length * permille / 1000;
        _bytes.AddRange(line.Span[..written]);
        LastLineWasWhole = written == line.Length;
        throw new IOException("The power went.");
    }

    /// <summary>All of it in the place of all that was; where a crash is due, before or after, never in between.</summary>
    public void Replace(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        var crash = _crashAfter;
        _crashAfter = null;
        if (crash is null or >= 500)
        {
            _bytes.Clear();
            _bytes.AddRange(lines.SelectMany(line => line.ToArray()));
        }

        if (crash is not null)
        {
            throw new IOException("The power went.");
        }
    }

    public void CutTo(int length) => _bytes.RemoveRange(length, _bytes.Count - length);
}
