using VirtualEnergy.P2P.BspGateway.Hosting;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>A file of lines that only grows: a line is on the disk when <see cref="Append"/> returns. Without a file, nothing is kept.</summary>
/// <remarks>The file is locked as long as it is open, so two gateways never write one. The host reads what is whole, and cuts off what a crash left half.</remarks>
internal sealed class DurableLines : IDisposable
{
    private readonly FileStream? _file;

    private DurableLines(FileStream? file, byte[] written) => (_file, Written) = (file, written);

    /// <summary>What was there when it was opened.</summary>
    public ReadOnlyMemory<byte> Written { get; private set; }

    /// <exception cref="GatewayStartException">The folder or file cannot be used.</exception>
    public static DurableLines Open(string? folder, string name)
    {
        if (folder is null)
        {
            return new DurableLines(null, []);
        }

        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            var written = new byte[file.Length];
            file.ReadExactly(written);
            return new DurableLines(file, written);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"Bsp:DataFolder: {failure.Message} Is another gateway running on it?", failure);
        }
    }

    /// <summary>Keeps the first so many bytes: what follows was cut off by a crash before it was answered.</summary>
    public void Keep(int length)
    {
        _file?.SetLength(length);
        _file?.Seek(0, SeekOrigin.End);
        Written = default;
    }

    /// <exception cref="IOException">It is not on the disk.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        if (_file is not null)
        {
            _file.Write(bytes.Span);
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file?.Dispose();
}
