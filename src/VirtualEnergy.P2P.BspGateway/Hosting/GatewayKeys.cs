using System.Globalization;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>One section of <c>bsp.json</c>; whatever is wrong is said with the key's full path.</summary>
internal sealed class GatewayKeys(IConfigurationSection section)
{
    public GatewayKeys Section(string key) => new(section.GetSection(key));

    public IEnumerable<GatewayKeys> List(string key) => section.GetSection(key).GetChildren().Select(child => new GatewayKeys(child));

    public string? TextOrNull(string key) => (key.Length == 0 ? section.Value : section[key]) is { Length: > 0 } text ? text : null;

    public string Text(string key) => TextOrNull(key) ?? throw Fault(key, $"is missing: set it in bsp.json, or as {section.Path.Replace(":", "__", StringComparison.Ordinal)}__{key} in the environment");

    public bool Flag(string key) => TextOrNull(key) switch
    {
        null or "false" or "False" => false,
        "true" or "True" => true,
        var other => throw Fault(key, $"is '{other}'; it must be true or false"),
    };

    public long? Whole(string key, long least, long most) => TextOrNull(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Fault(key, $"is '{text}'; it must be a whole number from {least} to {most}");

    public long Required(string key, long least, long most) => Whole(key, least, most) ?? throw Fault(key, $"is missing; it must be a whole number from {least} to {most}");

    /// <returns>Null where the key is missing.</returns>
    public T? Parsed<T>(string key, string form, Func<string, T> parse)
        where T : class
    {
        if (TextOrNull(key) is not { } text)
        {
            return null;
        }

        try
        {
            return parse(text);
        }
        catch (FormatException wrong)
        {
            throw Fault(key, $"is '{text}'; it must be {form}", wrong);
        }
    }

    public GatewayStartException Fault(string key, string what, Exception? inner = null) =>
        new($"{section.Path}{(key.Length == 0 ? "" : ":")}{key} {what}.", inner);
}
