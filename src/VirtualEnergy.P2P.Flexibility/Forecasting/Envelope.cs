namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>The highest values that a time of day has lately reached: quickly raised, slowly forgotten.</summary>
internal sealed class Envelope(int slots)
{
    private const double Raised = 0.5;
    private const double RaisedBeside = 0.3;
    private const double Lowered = 0.02;

    private const double PeakKept = 0.9998;

    private readonly float[] _highest = new float[slots];

    /// <summary>The highest of the day.</summary>
    public double Peak { get; private set; }

    /// <summary>The envelope of a slot; nothing where nothing was observed.</summary>
    public double At(int slot) => _highest[slot];

    public void Observe(int slot, double value)
    {
        Peak = Math.Max(Peak * PeakKept, value);
        for (var beside = -2; beside <= 2; beside++)
        {
            var at = (slot + beside + slots) % slots;
            if (value > _highest[at])
            {
                _highest[at] += (float)((value - _highest[at]) * (beside == 0 ? Raised : RaisedBeside / Math.Abs(beside)));
            }
            else if (beside == 0)
            {
                _highest[at] -= (float)((_highest[at] - value) * Lowered);
            }
        }
    }
}
