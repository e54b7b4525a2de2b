namespace VirtualEnergy.P2P.Devnet;

/// <summary>Where the demo keeps what it writes: a temporary folder, but for the exchange's journal where the user named a file for it.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("ve-devnet-");

    public WorkFolder(string? journal) => JournalPath = journal is null ? Path.Combine(_temporary.FullName, "journal.db") : Path.GetFullPath(journal);

    public string JournalPath { get; }

    /// <summary>The gateway's data; gone at the end.</summary>
    public string GatewayFolder => Path.Combine(_temporary.FullName, "gateway");

    public void Dispose() => _temporary.Delete(recursive: true);
}
