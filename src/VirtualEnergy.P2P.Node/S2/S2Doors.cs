using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Which bearer token lets which paired device in. Only hashes of tokens are kept.</summary>
/// <param name="time">For tokens that run out.</param>
public sealed class S2Doors(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Pass> _passes = new(StringComparer.Ordinal);

    /// <summary>From now on this token lets this device in, and no earlier one of it.</summary>
    /// <param name="device">The paired device's name.</param>
    public void Admit(string device, string token)
    {
        Forget(device);
        Keep(token, new Pass(device, null));
    }

    /// <summary>This token lets this device in once, until then; others of it stay as they are.</summary>
    public void AdmitOnce(string device, string token, DateTimeOffset until)
    {
        foreach (var (hash, pass) in _passes.Where(pair => pair.Value.Until < time.GetUtcNow()))
        {
            _passes.TryRemove(KeyValuePair.Create(hash, pass));
        }

        Keep(token, new Pass(device, until));
    }

    /// <summary>The device is not paired any more.</summary>
    public void Forget(string device)
    {
        foreach (var (hash, _) in _passes.Where(pair => pair.Value.Device == device))
        {
            _passes.TryRemove(hash, out _);
        }
    }

    /// <summary>The device that an Authorization header lets in; null for none. A token that is good once is then used up.</summary>
    public string? DeviceOf(string? authorization)
    {
        if (BearerOf(authorization) is not { } token || !_passes.TryGetValue(HashOf(token), out var pass))
        {
            return null;
        }

        return pass.Until is null || (_passes.TryRemove(HashOf(token), out _) && pass.Until >= time.GetUtcNow()) ? pass.Device : null;
    }

    /// <summary>The token of an Authorization header; null when there is none.</summary>
    internal static string? BearerOf(string? authorization) =>
        authorization is { Length: < 4096 } && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : null;

    // Found by hash: comparing takes no longer for a token that is nearly right.
    internal static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void Keep(string token, Pass pass)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pass.Device);
        ArgumentOutOfRangeException.ThrowIfLessThan(token.Length, TokenFile.LeastCharacters);
        _passes[HashOf(token)] = pass;
    }

    private sealed record Pass(string Device, DateTimeOffset? Until);
}
