using System.Text;
using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

/// <summary>
/// The VTN's objects on disk: a line for each change, flushed before the change is answered, written anew at each start. A line
/// cut off by a crash was never answered, and is left out.
/// </summary>
internal sealed class VtnLog : IDisposable
{
    private const string Put = "put";
    private const string Deleted = "delete";
    private readonly FileStream _file;

    private VtnLog(FileStream file) => _file = file;

    /// <returns>The log, and the objects that it held.</returns>
    /// <exception cref="InvalidDataException">A line that is not the last one cannot be read.</exception>
    public static (VtnLog Log, IReadOnlyList<VtnObject> Objects) Open(string path)
    {
        var objects = File.Exists(path) ? Replay(path) : [];
        using (var compact = new FileStream(path + ".part", FileMode.Create, FileAccess.Write))
        {
            foreach (var thing in objects)
            {
                compact.Write(Line(thing));
            }

            compact.Flush(flushToDisk: true);
        }

        File.Move(path + ".part", path, overwrite: true);
        return (new VtnLog(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)), objects);
    }

    public void Keep(VtnObject thing) => Append(Line(thing));

    public void Forget(string id) => Append(Encoding.UTF8.GetBytes($$"""{"{{Deleted}}":"{{id}}"}""" + "\n"));

    public void Dispose() => _file.Dispose();

    private void Append(ReadOnlySpan<byte> line)
    {
        _file.Write(line);
        _file.Flush(flushToDisk: true);
    }

    private static byte[] Line(VtnObject thing)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WritePropertyName(Put);
            thing.WriteTo(writer);
            writer.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    private static IReadOnlyList<VtnObject> Replay(string path)
    {
        var objects = new Dictionary<string, VtnObject>();
        var text = File.ReadAllText(path);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                Apply(lines[i], objects);
            }
            catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                throw new InvalidDataException($"{path}, line {i + 1}: {wrong.Message} Move the file away to start without it.", wrong);
            }
        }

        return [.. objects.Values.OrderBy(thing => thing.Created)];
    }

    private static void Apply(string line, Dictionary<string, VtnObject> objects)
    {
        using var json = JsonDocument.Parse(line);
        if (json.RootElement.TryGetProperty(Deleted, out var deleted))
        {
            objects.Remove(deleted.GetString()!);
            return;
        }

        var root = json.RootElement.GetProperty(Put);
        var id = root.GetProperty("id").GetString()!;
        objects[id] = new VtnObject(
            id, ObjectKinds.Parse(root.GetProperty("objectType").GetString()!), root.GetProperty("createdDateTime").GetDateTimeOffset(),
            root.GetProperty("modificationDateTime").GetDateTimeOffset(),
            root.TryGetProperty("clientID", out var owner) ? owner.GetString() : null, root.Clone());
    }
}
