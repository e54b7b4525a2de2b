namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// Cuts off measurements far above anything seen so far: a meter that once reads a thousandfold must not bend a forecast for
/// weeks. What is really the new normal is believed after some repetitions.
/// </summary>
/// <param name="usual">The highest value expected at first.</param>
internal struct SpikeGuard(double usual)
{
    private const double Believed = 3;
    private const double Learned = 0.03;
    private const double Forgotten = 0.0005;

    private float _highest = (float)usual;

    /// <summary>The value, or three times the highest usual one where it is above that.</summary>
    public double Cut(double value)
    {
        var cut = Math.Min(value, Believed * _highest);
        _highest += (float)((cut - _highest) * (cut > _highest ? Learned : Forgotten));
        _highest = Math.Max(_highest, 1);
        return cut;
    }
}
