namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>
/// The right to write a journal: a file beside it that one process at a time has locked. The system lets go of it when the process ends, in
/// whatever way; the file itself stays and means nothing.
/// </summary>
internal sealed class JournalLock : IDisposable
{
    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <param name="journal">The journal's full path; a link is followed, so that two names of one file are one.</param>
    /// <exception cref="JournalException">Another exchange has it.</exception>
    public static JournalLock Take(string journal)
    {
        var target = File.Exists(journal) ? File.ResolveLinkTarget(journal, returnFinalTarget: true)?.FullName : null;
        var file = (target ?? journal) + ".lock";
        try
        {
            return new JournalLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken) when (File.Exists(file))
        {
            throw new JournalException($"The journal {journal} is in use by another exchange: stop that one, or give this one a journal of its own.", taken);
        }
    }

    public void Dispose() => _file.Dispose();
}
