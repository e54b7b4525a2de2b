using System.Runtime.InteropServices;
using VirtualEnergy.P2P.BspGateway.Hosting;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>A file of lines: a line is on the disk when <see cref="Append"/> returns, and a shorter file takes its place all or nothing. Without a file, nothing is kept.</summary>
/// <remarks>The file is locked as long as it is open, so two gateways never write one. The host reads what is whole, and cuts off what a crash left half.</remarks>
internal sealed class DurableLines : IDisposable
{
    private readonly string _path;
    private readonly Lock _lock = new();
    private FileStream? _file;
    private long _length;

    private DurableLines(string path, FileStream? file, byte[] written) => (_path, _file, _length, Written) = (path, file, written.Length, written);

    /// <summary>What was there when it was opened.</summary>
    public ReadOnlyMemory<byte> Written { get; private set; }

    /// <summary>Bytes of the file.</summary>
    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    /// <exception cref="GatewayStartException">The folder or file cannot be used.</exception>
    public static DurableLines Open(string? folder, string name)
    {
        if (folder is null)
        {
            return new DurableLines("", null, []);
        }

        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, name);
            var file = Open(path, FileMode.OpenOrCreate);
            var written = new byte[file.Length];
            file.ReadExactly(written);
            return new DurableLines(path, file, written);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"Bsp:DataFolder: {failure.Message} Is another gateway running on it?", failure);
        }
    }

    /// <summary>Keeps the first so many bytes: what follows was cut off by a crash before it was answered.</summary>
    public void Keep(int length)
    {
        lock (_lock)
        {
            (_length, Written) = (length, default);
            _file?.SetLength(length);
            _file?.Seek(0, SeekOrigin.End);
        }
    }

    /// <exception cref="IOException">It is not on the disk.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            if (_file is null)
            {
                return;
            }

            try
            {
                _file.Write(bytes.Span);
                _file.Flush(flushToDisk: true);
                _length += bytes.Length;
            }
            catch (IOException)
            {
                // What follows must not be written behind half a line.
                _file.SetLength(_length);
                _file.Seek(0, SeekOrigin.End);
                throw;
            }
        }
    }

    /// <summary>
    /// Puts shorter lines in the place of those that are there: written aside, flushed and renamed, so that a crash leaves the old file or the new one. What is
    /// appended meanwhile follows.
    /// </summary>
    /// <param name="shorten">Makes of what is there what is kept; called without any lock.</param>
    /// <exception cref="IOException">The old file stays.</exception>
    public void Replace(Func<ReadOnlyMemory<byte>, IEnumerable<ReadOnlyMemory<byte>>> shorten)
    {
        if (_file is null)
        {
            return;
        }

        var before = Read(0, Length);
        var aside = Open(_path + ".new", FileMode.Create);
        FileStream old;
        try
        {
            foreach (var line in shorten(before))
            {
                aside.Write(line.Span);
            }

            lock (_lock)
            {
                aside.Write(Read(before.Length, _length - before.Length));
                aside.Flush(flushToDisk: true);
                File.Move(_path + ".new", _path, overwrite: true);
                (old, _file, _length) = (_file, aside, aside.Length);
            }
        }
        catch
        {
            aside.Dispose();
            throw;
        }

        old.Dispose();
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
    }

    public void Dispose() => _file?.Dispose();

    private static FileStream Open(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);

    private byte[] Read(long from, long count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = RandomAccess.Read(_file!.SafeFileHandle, bytes.AsSpan(read), from + read);
            read += more > 0 ? more : throw new EndOfStreamException($"{_path} is shorter than what was written to it.");
        }

        return bytes;
    }

    // Without it a power cut could bring the old name back, and with it a file in which everything since is missing.
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = OpenFolder(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"The folder {folder} cannot be flushed (error {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Sync(handle) != 0;
        _ = Close(handle);
        if (failed)
        {
            throw new IOException($"The folder {folder} cannot be flushed.");
        }
    }

#pragma warning disable SYSLIB1054 // The generated form needs unsafe code, which this project has no other use for.
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
#pragma warning restore SYSLIB1054
}
