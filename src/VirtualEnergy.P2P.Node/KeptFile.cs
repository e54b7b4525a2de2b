using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node;

/// <summary>
/// A file of what a node has learned, replaced whole and readable by its owner alone. One that is something else is set aside with a line in the log: to know less is no reason
/// not to run. Not safe for concurrent use.
/// </summary>
/// <param name="path">The file; null keeps nothing.</param>
/// <param name="what">What begins anew without it, for people: "the home's forecasts begin".</param>
/// <param name="logger">Told of a file that is set aside, or cannot be written.</param>
internal sealed class KeptFile<T>(string? path, string what, ILogger logger)
    where T : class
{
    private const long MostBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 8,
    };

    private bool _isTold;

    /// <summary>What was kept; null where there is nothing that can be used.</summary>
    /// <param name="isSound">Whether what it says can be.</param>
    public T? Read(Func<T, bool> isSound)
    {
        if (path is null || !File.Exists(path))
        {
            return null;
        }

        try
        {
            if (Parse(path) is { } kept && isSound(kept))
            {
                return kept;
            }

            File.Move(path, path + ".broken", overwrite: true);
            logger.LogWarning("{Path} is set aside as {Path}.broken, and {What} anew: it is not what a node keeps.", path, path, what);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} cannot be read, and {What} anew: {Why}", path, what, failure.Message);
        }

        return null;
    }

    /// <summary>Durable when this returns, where the file can be written.</summary>
    public void Write(T kept)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            PrivateFile.Write(path, file => JsonSerializer.Serialize(file, kept, Json));
            _isTold = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isTold)
            {
                _isTold = true;
                logger.LogWarning("{Path} cannot be written; after a restart {What} with what it holds: {Why}", path, what, failure.Message);
            }
        }
    }

    private static T? Parse(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MostBytes ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
