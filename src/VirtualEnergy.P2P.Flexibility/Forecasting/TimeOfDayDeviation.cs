namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>How this time of day has lately deviated from what it usually brings, in scales: yesterday counts most.</summary>
internal sealed class TimeOfDayDeviation(int slots, double learned)
{
    private const int Beside = 2;

    private readonly Half[] _deviation = new Half[slots];

    public double At(int slot) => (double)_deviation[slot];

    public void Observe(int slot, double deviation)
    {
        for (var beside = -Beside; beside <= Beside; beside++)
        {
            var at = (slot + beside + slots) % slots;
            var part = learned * (1 - Math.Abs(beside) / (Beside + 1.0));
            _deviation[at] = (Half)((double)_deviation[at] + (deviation - (double)_deviation[at]) * part);
        }
    }
}
