using System.Globalization;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>One section of the configuration; every complaint names the key in full.</summary>
internal sealed class ConfiguredValues(IConfigurationSection section)
{
    public ConfiguredValues Section(string key) => new(section.GetSection(key));

    public IEnumerable<ConfiguredValues> List(string key) => section.GetSection(key).GetChildren().Select(child => new ConfiguredValues(child));

    public string? TextOrNull(string key) => section[key] is { Length: > 0 } text ? text : null;

    public string Text(string key) => TextOrNull(key) ?? throw new ExchangeStartException($"{PathOf(key)} is missing: set it in appsettings.json, or as {Variable(key)} in the environment.");

    public long? Whole(string key, long least = long.MinValue, long most = long.MaxValue)
    {
        if (TextOrNull(key) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw new ExchangeStartException($"{PathOf(key)} is '{text}'; it must be a whole number from {least} to {most}.");
    }

    public T Parsed<T>(string key, string form, Func<string, T> parse, bool isSecret = false)
    {
        var text = Text(key);
        try
        {
            return parse(text);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw new ExchangeStartException($"{PathOf(key)} is {(isSecret ? "not what it must be" : $"'{text}'")}; it must be {form}.", wrong);
        }
    }

    private string PathOf(string key) => $"{section.Path}:{key}";

    private string Variable(string key) => PathOf(key).Replace(":", "__", StringComparison.Ordinal);
}
