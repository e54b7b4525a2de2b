using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>Waits for a forecast as long as a round can wait, and not again while the one that was late is still on its way.</summary>
/// <param name="inner">Forecasts; never asked twice at once.</param>
/// <param name="patience">How long is waited.</param>
/// <param name="time">By which clock.</param>
public sealed class PromptForesight(Foresight inner, TimeSpan patience, TimeProvider time)
{
    private Task<Outlook>? _late;

    /// <summary>Looks ahead from the start of a period.</summary>
    /// <exception cref="TimeoutException">It was late, or the one before still is.</exception>
    public Outlook Ahead(Period now)
    {
        if (_late is { IsCompleted: false })
        {
            throw new TimeoutException("the forecast before it is not there yet");
        }

        _late = null;
        var outlook = Task.Run(() => inner(now));
        try
        {
            return outlook.WaitAsync(patience, time).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!outlook.IsCompleted)
        {
            _late = outlook;
            throw new TimeoutException($"not there within {patience.TotalSeconds:0.#} s");
        }
    }
}
