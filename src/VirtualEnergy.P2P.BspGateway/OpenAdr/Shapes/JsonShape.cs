using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

/// <summary>What a JSON value must look like. The first thing that is wrong is told with where it stands.</summary>
internal abstract class JsonShape
{
    /// <summary>Null where the value is as it must be.</summary>
    public abstract string? Problem(JsonElement value, string path);

    public static JsonShape Text(int least, int most, Func<string, bool>? accepts = null, string form = "") => new TextShape(least, most, accepts, form);

    /// <summary>One of these words.</summary>
    public static JsonShape Word(params string[] words) => new TextShape(1, 128, words.Contains, $"one of {string.Join(", ", words)}");

    public static JsonShape Whole(int least = int.MinValue, int most = int.MaxValue) => new WholeShape(least, most);

    public static JsonShape Number() => new NumberShape();

    public static JsonShape Flag() => new FlagShape();

    public static JsonShape List(JsonShape item, int most) => new ListShape(item, most);

    public static JsonShape Any(string form, params JsonShape[] shapes) => new AnyShape(form, shapes);

    public static JsonShape OrNull(JsonShape shape) => new OrNullShape(shape);

    /// <summary>An object with these fields; others are left alone, as OpenADR lets a model be extended.</summary>
    public static RecordShape Record(params (string Name, JsonShape Shape)[] fields) => new(fields);

    private sealed class TextShape(int least, int most, Func<string, bool>? accepts, string form) : JsonShape
    {
        public override string? Problem(JsonElement value, string path)
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                return $"{path} must be text";
            }

            var text = value.GetString()!;
            return text.Length < least || text.Length > most ? $"{path} must have {least} to {most} characters"
                : accepts is not null && !accepts(text) ? $"{path} must be {form}"
                : null;
        }
    }

    private sealed class WholeShape(int least, int most) : JsonShape
    {
        public override string? Problem(JsonElement value, string path) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
                ? null : $"{path} must be a whole number from {least} to {most}";
    }

    private sealed class NumberShape : JsonShape
    {
        // 1e400 is a JSON number and no double: it reads as infinite, which nothing here may be.
        public override string? Problem(JsonElement value, string path) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? null : $"{path} must be a finite number";
    }

    private sealed class FlagShape : JsonShape
    {
        public override string? Problem(JsonElement value, string path) =>
            value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{path} must be true or false";
    }

    private sealed class ListShape(JsonShape item, int most) : JsonShape
    {
        public override string? Problem(JsonElement value, string path)
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            {
                return $"{path} must be a list of at most {most}";
            }

            return value.EnumerateArray().Select((element, index) => item.Problem(element, $"{path}[{index}]")).FirstOrDefault(problem => problem is not null);
        }
    }

    private sealed class AnyShape(string form, JsonShape[] shapes) : JsonShape
    {
        public override string? Problem(JsonElement value, string path) =>
            shapes.Any(shape => shape.Problem(value, path) is null) ? null : $"{path} must be {form}";
    }

    private sealed class OrNullShape(JsonShape shape) : JsonShape
    {
        public override string? Problem(JsonElement value, string path) => value.ValueKind == JsonValueKind.Null ? null : shape.Problem(value, path);
    }
}
