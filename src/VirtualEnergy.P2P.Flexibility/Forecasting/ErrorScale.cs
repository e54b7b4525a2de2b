using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// What the errors of a slot are measured against: the mean deviation there or, where a quantity has one, its envelope. What has
/// an envelope also has dark hours, and bins of dull, mixed and clear.
/// </summary>
internal sealed class ErrorScale
{
    private const int Bins = 3;
    private const double DarkPart = 0.02;
    private const double EnvelopeOfPrior = 1.5;
    private const double MostEnvelopes = 2;

    private static readonly ImmutableArray<float> Kernel = [1, 0.5f, 0.25f];

    private readonly SeasonalModel _model;
    private readonly DailyProfile? _deviation;
    private readonly Envelope? _envelope;

    public ErrorScale(int slots, SeasonalModel model)
    {
        _model = model;
        if (model.HasEnvelope)
        {
            _envelope = new Envelope(slots);
        }
        else
        {
            _deviation = new DailyProfile(slots, 1, model.PriorError, Kernel);
        }
    }

    public double At(int slot) =>
        _envelope is null ? _deviation!.At(slot, 0, _model.PriorError)
        : _envelope.At(slot) > 0 ? _envelope.At(slot)
        : EnvelopeOfPrior * _model.Prior(slot);

    /// <summary>The most that is thought possible.</summary>
    public double Most(int slot) => _envelope is null ? double.MaxValue : MostEnvelopes * At(slot);

    /// <summary>The value, within the envelope if there is one.</summary>
    public double Within(int slot, double mean) => _envelope is null ? mean : Math.Clamp(mean, 0, At(slot));

    /// <summary>True where next to nothing can come, so that there is nothing to learn.</summary>
    public bool IsDark(Season season) => _envelope is not null && At(season.Slot) * season.Size < DarkPart * _envelope.Peak;

    /// <summary>Forecasts of a clear sky fail in another way than those of clouds.</summary>
    public int Bin(int slot, double mean) =>
        _envelope is null ? 0 : (int)Math.Clamp(Bins * mean / Math.Max(1e-9, At(slot)), 0, Bins - 1);

    public void Observe(Season season, double value, double deviation)
    {
        _deviation?.Observe(season.Slot, 0, deviation, season.Weight);
        _envelope?.Observe(season.Slot, value);
    }
}
