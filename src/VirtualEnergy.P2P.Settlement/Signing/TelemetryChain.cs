using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// Keys for the samples of a session, so that one signature serves all of them: each hashed (Keccak-256) is the one before, and the first hashed is the anchor
/// that was signed. Who sees one cannot tell the next (L. Lamport, "Password authentication with insecure communication", CACM 24, 1981).
/// </summary>
/// <remarks>Only every 256th is kept: a session of two days takes 5 kB. Not safe for concurrent use.</remarks>
public sealed class TelemetryChain
{
    private const int Apart = 256;

    private readonly Hash256[] _kept;
    private readonly Hash256[] _near = new Hash256[Apart];
    private int _nearest = -1;

    /// <param name="secret">Random, never told.</param>
    /// <param name="length">Samples.</param>
    public TelemetryChain(Hash256 secret, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        _kept = new Hash256[(length + Apart - 1) / Apart];
        var link = secret;
        for (var i = 0; i < length; i++)
        {
            if (i % Apart == 0)
            {
                _kept[i / Apart] = link;
            }

            link = Next(link);
        }

        Anchor = link;
    }

    public int Length { get; }

    public Hash256 Anchor { get; }

    /// <summary>The key of a sample: hashed so many times as its number it is the anchor.</summary>
    /// <param name="sequence">1 to <see cref="Length"/>.</param>
    public Hash256 KeyOf(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, Length);
        var place = Length - sequence;
        if (_nearest != place / Apart)
        {
            _nearest = place / Apart;
            _near[0] = _kept[_nearest];
            for (var i = 1; i < Apart; i++)
            {
                _near[i] = Next(_near[i - 1]);
            }
        }

        return _near[place % Apart];
    }

    internal static Hash256 Next(Hash256 link)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        link.CopyTo(bytes);
        return Keccak256.Hash(bytes);
    }
}

/// <summary>Tells samples of a session from what others send under its name. Its signature is the caller's to check.</summary>
/// <param name="session">The session.</param>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class TelemetryCheck(TelemetrySession session)
{
    private Hash256 _last = session.Anchor;

    /// <summary>The highest sequence taken; 0 before the first.</summary>
    public int Sequence { get; private set; }

    /// <summary>Whether a sample is the home's and newer than the last; if so it counts from now on.</summary>
    public bool Takes(TelemetrySample sample)
    {
        if (sample.Member != session.Member || sample.Session != session.Session || sample.Sequence <= Sequence || sample.Sequence > session.Length)
        {
            return false;
        }

        var link = sample.Key;
        for (var i = Sequence; i < sample.Sequence; i++)
        {
            link = TelemetryChain.Next(link);
        }

        if (link != _last)
        {
            return false;
        }

        (_last, Sequence) = (sample.Key, sample.Sequence);
        return true;
    }
}
