using System.Net.Http.Headers;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>The body of a request or answer, as long as it is no larger than what is read here.</summary>
internal static class BoundedBody
{
    /// <summary>True for text/xml and application/xml in UTF-8 or without a character set.</summary>
    public static bool IsXml(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType is "application/xml" or "text/xml"
        && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>The bytes, or null when there are more than <paramref name="most"/>.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, long? announced, int most, CancellationToken cancellation)
    {
        if (announced > most)
        {
            return null;
        }

        var (buffer, length) = (new byte[Math.Min(most, (announced ?? 4_095) + 1)], 0);
        while (true)
        {
            var read = await body.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
            if (length == buffer.Length)
            {
                if (length > most)
                {
                    return null;
                }

                Array.Resize(ref buffer, Math.Min(most + 1, 2 * buffer.Length));
            }
        }
    }
}
