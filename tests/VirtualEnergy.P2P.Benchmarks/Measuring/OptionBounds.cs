using System.CommandLine;

namespace VirtualEnergy.P2P.Benchmarks.Measuring;

/// <summary>How much may be asked for.</summary>
internal static class OptionBounds
{
    public static void Between(this Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.GetValue(option) < least || result.GetValue(option) > most)
        {
            result.AddError($"{option.Name} must be {least} to {most}.");
        }
    });
}
