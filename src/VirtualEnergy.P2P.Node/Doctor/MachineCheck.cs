using System.Globalization;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

namespace VirtualEnergy.P2P.Node.Doctor;

/// <summary>Looks at this machine: the curve's library and its speed, the disk, the journal's place.</summary>
public static class MachineCheck
{
    /// <summary>A day of 10,000 bids a quarter hour is about 1.5 GB of journal.</summary>
    public const long LittleSpace = 2L << 30;

    /// <summary>With less a journal may stop within the hour.</summary>
    public const long NoSpace = 100L << 20;

    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(200);

    public static Finding Curve(TimeProvider time)
    {
        var key = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)7, EthereumKey.Size)]);
        var digest = Keccak256.Hash("ve doctor");
        var signature = key.Sign(digest);
        var rate = PerSecond(() => signature.Recover(digest), time);
        var how = string.Create(
            CultureInfo.InvariantCulture, $"{Secp256k1.Implementation}: {rate:N0} signers recovered a second and core here");
        return Secp256k1.IsNative ? Finding.Ok("secp256k1", how)
            : Secp256k1.IsManagedByChoice ? Finding.Warn("secp256k1", how, $"unset {Secp256k1.Variable} to use libsecp256k1 where it is installed")
            : Finding.Warn("secp256k1", how, "install libsecp256k1, which is several times faster (Debian and Ubuntu: apt-get install libsecp256k1-1; macOS: brew install secp256k1)");
    }

    /// <summary>Whether a journal could be written at a path, and whether there is room.</summary>
    public static IEnumerable<Finding> Journal(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        yield return Writable(path, folder);
        if (Directory.Exists(folder))
        {
            yield return Space(folder, new DriveInfo(folder).AvailableFreeSpace);
        }
    }

    public static Finding Space(string folder, long bytes)
    {
        var how = string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB free at {folder}");
        return bytes < NoSpace ? Finding.Fail("disk", how, "make room: what cannot be written down is not admitted")
            : bytes < LittleSpace ? Finding.Warn("disk", how, "make room soon: a journal only grows")
            : Finding.Ok("disk", how);
    }

    private static Finding Writable(string path, string folder)
    {
        try
        {
            if (File.Exists(path))
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                return Finding.Ok("journal", $"{path} can be written");
            }

            // What SQLite makes beside the journal needs a folder that can be written, too.
            var probe = Path.Combine(folder, $".ve-doctor-{Environment.ProcessId}");
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            return Finding.Ok("journal", $"{folder} can be written; there is no journal yet");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("journal", $"{path} cannot be written: {failure.Message}", "make its folder, or give the user who runs the exchange the right to write there");
        }
    }

    private static double PerSecond(Func<object?> work, TimeProvider time)
    {
        work(); // compiled, loaded
        var (start, times) = (time.GetTimestamp(), 0);
        do
        {
            work();
            times++;
        }
        while (time.GetElapsedTime(start) < Measured);
        return times / time.GetElapsedTime(start).TotalSeconds;
    }
}
