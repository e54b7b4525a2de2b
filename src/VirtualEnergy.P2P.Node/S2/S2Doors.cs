using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Which bearer token belongs to which paired device. Only hashes of tokens are kept.</summary>
public sealed class S2Doors
{
    private readonly ConcurrentDictionary<string, string> _deviceByHash = new(StringComparer.Ordinal);

    /// <summary>From now on this token lets this device in, and no earlier one of it.</summary>
    /// <param name="device">The paired device's name.</param>
    public void Admit(string device, string token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(token.Length, 32);
        Forget(device);
        _deviceByHash[HashOf(token)] = device;
    }

    /// <summary>The device is not paired any more.</summary>
    public void Forget(string device)
    {
        foreach (var (hash, _) in _deviceByHash.Where(pair => pair.Value == device))
        {
            _deviceByHash.TryRemove(hash, out _);
        }
    }

    /// <summary>The device that an Authorization header lets in; null for none.</summary>
    public string? DeviceOf(string? authorization) =>
        authorization is { Length: < 4096 } && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? _deviceByHash.GetValueOrDefault(HashOf(authorization["Bearer ".Length..].Trim()))
            : null;

    // Found by hash: comparing takes no longer for a token that is nearly right.
    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
