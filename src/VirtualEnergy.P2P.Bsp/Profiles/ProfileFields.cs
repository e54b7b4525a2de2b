using System.Globalization;
using System.Text.Json;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>A profile that does not say what it must; the text names the field. Never leaves this project.</summary>
internal sealed class ProfileException(string message) : Exception(message);

/// <summary>The fields of one object of a profile. What is not asked for is refused: a misspelt figure must not be a silent default.</summary>
internal sealed class ProfileFields
{
    private const int LongestText = 600;

    private readonly JsonElement _element;
    private readonly string _path;
    private readonly List<FigureSource> _sources;
    private readonly HashSet<string> _asked = [];

    public ProfileFields(JsonElement element, string path, List<FigureSource> sources)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ProfileException($"{(path.Length == 0 ? "The profile" : path)} must be a JSON object.");
        }

        (_element, _path, _sources) = (element, path, sources);
    }

    /// <summary>An integer with its unit and source: <c>{ "value": 900, "unit": "s", "source": …, "date": …, "basis": … }</c>.</summary>
    public long Figure(string name, string unit, long least, long most)
    {
        var fields = Object(name);
        if (fields.Text("unit") is var written && written != unit)
        {
            throw Wrong(name, $"is in {written}; it must be in {unit}");
        }

        var value = fields.Integer("value", least, most);
        fields.TakeSource();
        fields.Done();
        return value;
    }

    /// <summary>A word out of a list, with its source.</summary>
    public T Choice<T>(string name, IReadOnlyDictionary<string, T> words)
    {
        var fields = Object(name);
        var value = fields.Word("value", words);
        fields.TakeSource();
        fields.Done();
        return value;
    }

    public T Word<T>(string name, IReadOnlyDictionary<string, T> words) =>
        words.TryGetValue(Text(name), out var value) ? value : throw Wrong(name, $"must be one of {string.Join(", ", words.Keys)}");

    public void TakeSource()
    {
        var (source, date) = (Text("source"), Text("date"));
        if (source.Length == 0)
        {
            throw Wrong("source", "must not be empty");
        }

        _sources.Add(new FigureSource(
            _path,
            source,
            DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Wrong("date", "must be a date, as 2025-01-31"),
            Word("basis", new Dictionary<string, SourceBasis>
            {
                ["text"] = SourceBasis.Text, ["secondary"] = SourceBasis.Secondary, ["unread"] = SourceBasis.Unread, ["ours"] = SourceBasis.Ours,
            })));
    }

    public long Integer(string name, long least, long most) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"must be an integer from {least} to {most}"));

    public string Text(string name)
    {
        if (Required(name) is { ValueKind: JsonValueKind.String } value)
        {
            string text;
            try
            {
                text = value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw Wrong(name, "is not Unicode text");
            }

            if (text.Length <= LongestText)
            {
                return text;
            }
        }

        throw Wrong(name, $"must be a text of at most {LongestText} characters");
    }

    public bool Has(string name) => _element.TryGetProperty(name, out _);

    public ProfileFields Object(string name) => new(Required(name), Place(name), _sources);

    /// <summary>Each element of an array of objects, between <paramref name="least"/> and <paramref name="most"/> of them.</summary>
    public IReadOnlyList<ProfileFields> Objects(string name, int least, int most) =>
        [.. Elements(name, least, most).Select((element, index) => new ProfileFields(element, $"{Place(name)}[{index}]", _sources))];

    public IReadOnlyList<string> Texts(string name, int least, int most) => [.. Elements(name, least, most).Select(element =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= 16 } text ? text : throw Wrong(name, "must hold texts of 1 to 16 characters"))];

    /// <summary>Nothing else may stand in the object.</summary>
    public void Done()
    {
        foreach (var property in _element.EnumerateObject())
        {
            if (!_asked.Contains(property.Name))
            {
                throw Wrong(property.Name, "is not a field of a profile");
            }
        }
    }

    public ProfileException Wrong(string name, string what) => new($"{Place(name)} {what}.");

    private string Place(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private IReadOnlyList<JsonElement> Elements(string name, int least, int most) =>
        Required(name) is { ValueKind: JsonValueKind.Array } value && value.GetArrayLength() is var count && count >= least && count <= most
            ? [.. value.EnumerateArray()]
            : throw Wrong(name, $"must be a list of {least} to {most}");

    private JsonElement Required(string name)
    {
        _asked.Add(name);
        return _element.TryGetProperty(name, out var value) ? value : throw Wrong(name, "is missing");
    }
}
