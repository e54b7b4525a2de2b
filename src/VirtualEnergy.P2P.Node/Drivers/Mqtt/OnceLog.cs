using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node.Drivers.Mqtt;

/// <summary>Says each thing once: what a device gets wrong it gets wrong every second. Bounded, since the things come from outside.</summary>
/// <param name="logger">Where it is said.</param>
public sealed class OnceLog(ILogger logger)
{
    private const int Most = 256;

    private readonly HashSet<string> _said = [];

    /// <param name="about">What it is about, as people know it; cut where it is long.</param>
    /// <param name="problem">What is wrong; the key with <paramref name="about"/>.</param>
    public void Warn(string about, string problem)
    {
        lock (_said)
        {
            if (_said.Count >= Most || !_said.Add($"{about} {problem}"))
            {
                return;
            }
        }

        logger.LogWarning("{About}: {Problem} Said once.", Shown(about), problem);
    }

    /// <summary>A text from outside as it may stand in a log or on a terminal.</summary>
    public static string Shown(string text)
    {
        var clean = string.Concat(text.Take(64).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
        return clean.Length < text.Length ? clean + "…" : clean;
    }
}
