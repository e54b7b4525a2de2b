using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

/// <summary>An object whose known fields have shapes of their own. A field named twice is refused: readers differ on which one counts.</summary>
internal sealed class RecordShape((string Name, JsonShape Shape)[] fields) : JsonShape
{
    private readonly Dictionary<string, JsonShape> _fields = fields.ToDictionary(field => field.Name, field => field.Shape);
    private string[] _required = [];

    public RecordShape Requiring(params string[] names)
    {
        _required = names;
        return this;
    }

    public override string? Problem(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return $"{(path.Length == 0 ? "the body" : path)} must be an object";
        }

        var seen = new HashSet<string>();
        foreach (var property in value.EnumerateObject())
        {
            var where = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (!seen.Add(property.Name))
            {
                return $"{where} stands there twice";
            }

            if (_fields.TryGetValue(property.Name, out var shape) && shape.Problem(property.Value, where) is { } problem)
            {
                return problem;
            }
        }

        return _required.FirstOrDefault(name => !seen.Contains(name)) is { } missing ? $"{(path.Length == 0 ? "" : path + ".")}{missing} is missing" : null;
    }
}
