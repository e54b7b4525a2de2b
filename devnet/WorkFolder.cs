namespace VirtualEnergy.P2P.Devnet;

/// <summary>Where the exchange keeps its journal during the demo: a temporary folder, or the file that the user named.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DirectoryInfo? _temporary;

    public WorkFolder(string? journal)
    {
        _temporary = journal is null ? Directory.CreateTempSubdirectory("ve-devnet-") : null;
        JournalPath = journal is null ? Path.Combine(_temporary!.FullName, "journal.db") : Path.GetFullPath(journal);
    }

    public string JournalPath { get; }

    public void Dispose() => _temporary?.Delete(recursive: true);
}
