using VirtualEnergy.P2P.Flexibility.Forecasting;

namespace VirtualEnergy.P2P.Node.Lab.Forecasts;

/// <summary>Errors of one quantity at one distance ahead, added up.</summary>
internal sealed class ErrorSums
{
    private long _count, _within68, _within95;
    private double _squared, _absolute, _persistenceSquared, _persistenceAbsolute, _lastSquared, _width;

    public void Add(Forecast forecast, long measured, long persistence, long last)
    {
        _count++;
        _within68 += forecast.Within68(measured) ? 1 : 0;
        _within95 += forecast.Within95(measured) ? 1 : 0;
        _squared += Square(measured - forecast.Mean);
        _absolute += Math.Abs(measured - forecast.Mean);
        _persistenceSquared += Square(measured - persistence);
        _persistenceAbsolute += Math.Abs(measured - persistence);
        _lastSquared += Square(measured - last);
        _width += forecast.High68 - forecast.Low68;
    }

    public void Add(ErrorSums other)
    {
        _count += other._count;
        _within68 += other._within68;
        _within95 += other._within95;
        _squared += other._squared;
        _absolute += other._absolute;
        _persistenceSquared += other._persistenceSquared;
        _persistenceAbsolute += other._persistenceAbsolute;
        _lastSquared += other._lastSquared;
        _width += other._width;
    }

    /// <summary>The score; null where nothing was held against a measurement.</summary>
    public ForecastScore? Score(string quantity, string unit, int ahead)
    {
        double count = _count;
        return _count == 0 ? null : new ForecastScore(
            quantity, unit, ahead, _count, Math.Sqrt(_squared / count), _absolute / count,
            Math.Sqrt(_persistenceSquared / count), _persistenceAbsolute / count, Math.Sqrt(_lastSquared / count),
            _within68 / count, _within95 / count, _width / count);
    }

    private static double Square(double error) => error * error;
}
