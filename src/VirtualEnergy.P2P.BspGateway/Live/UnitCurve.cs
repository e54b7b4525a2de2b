using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>The last cycles of a unit, an hour and more at four seconds. Safe to use from any thread.</summary>
public sealed class UnitCurve
{
    /// <summary>Two hours at four seconds.</summary>
    public const int Kept = 1_800;

    private readonly Queue<ImmutableArray<long>> _samples = new();
    private readonly Lock _lock = new();

    /// <returns>The sample as it is shown: milliseconds of Unix time, measured, program and target in W.</returns>
    public ImmutableArray<long> Add(in UnitValues values)
    {
        ImmutableArray<long> sample = [values.At.ToUnixTimeMilliseconds(), values.MeasuredWatts, values.BaselineWatts, values.TargetWatts];
        lock (_lock)
        {
            _samples.Enqueue(sample);
            if (_samples.Count > Kept)
            {
                _samples.Dequeue();
            }
        }

        return sample;
    }

    public ImmutableArray<ImmutableArray<long>> Read()
    {
        lock (_lock)
        {
            return [.. _samples];
        }
    }
}
