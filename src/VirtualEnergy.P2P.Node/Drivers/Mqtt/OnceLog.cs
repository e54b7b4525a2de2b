using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node.Drivers.Mqtt;

/// <summary>Says each thing once: what a device gets wrong it gets wrong every second. Bounded, since the things come from outside: in all, and for each that it is about.</summary>
/// <remarks>Two things that differ in a number or an id are one: a device that makes up a new one each time has still one thing wrong.</remarks>
/// <param name="logger">Where it is said.</param>
public sealed partial class OnceLog(ILogger logger)
{
    /// <summary>As much is said of one.</summary>
    public const int MostAbout = 16;

    private const int Most = 256;

    private readonly HashSet<string> _said = [];
    private readonly Dictionary<string, int> _about = new(StringComparer.Ordinal);

    /// <param name="about">What it is about, as people know it; cut where it is long.</param>
    /// <param name="problem">What is wrong; the key with <paramref name="about"/>.</param>
    public void Warn(string about, string problem)
    {
        bool isLast;
        lock (_said)
        {
            var said = _about.GetValueOrDefault(about);
            if (_said.Count >= Most || said >= MostAbout || !_said.Add($"{about} {Named().Replace(problem, "#")}"))
            {
                return;
            }

            _about[about] = said + 1;
            isLast = said + 1 == MostAbout;
        }

        logger.LogWarning("{About}: {Problem} {Often}", Shown(about), problem, isLast ? "Said once, and this is the last that is said of it." : "Said once.");
    }

    /// <summary>A text from outside as it may stand in a log or on a terminal.</summary>
    public static string Shown(string text)
    {
        var clean = string.Concat(text.Take(64).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
        return clean.Length < text.Length ? clean + "…" : clean;
    }

    // A word with a digit in it: a number, an id.
    [GeneratedRegex(@"[\w-]*[0-9][\w-]*")]
    private static partial Regex Named();
}
