namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>
/// Files that appear whole or not at all: each is written beside its place under another name, and all are renamed at the end.
/// Until then, and if that never comes, what was there before stays as it was.
/// </summary>
public sealed class StagedFiles : IDisposable
{
    private readonly List<(string Option, string Place, string Stage)> _files = [];
    private readonly List<string> _folders = [];
    private bool _committed;

    /// <summary>Makes sure now that a file can be written, before the work that fills it.</summary>
    /// <param name="option">The option that asked for it, for the message.</param>
    /// <param name="path">Where it shall appear. What is there is replaced.</param>
    /// <returns>Where it is to be written.</returns>
    /// <exception cref="UserErrorException">It cannot be written there, or two files would have one place.</exception>
    public string Stage(string option, string path)
    {
        var place = Path.GetFullPath(path);
        if (Directory.Exists(place))
        {
            throw new UserErrorException($"{option} {path}: this is a folder; name a file.");
        }

        if (Path.GetDirectoryName(place) is { } folder && !Directory.Exists(folder))
        {
            throw new UserErrorException($"{option} {path}: there is no such folder; make {folder} first.");
        }

        if (_files.Any(file => file.Place == place))
        {
            throw new UserErrorException($"{option} {path}: another output is to be written there too; name another file.");
        }

        var stage = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{Environment.ProcessId}.part");
        Try(option, path, () => File.Create(stage).Dispose());
        _files.Add((option, place, stage));
        return stage;
    }

    /// <summary>Makes a folder if there is none.</summary>
    /// <exception cref="UserErrorException">There is none and none can be made.</exception>
    public void Folder(string option, string path)
    {
        var folder = Path.GetFullPath(path);
        if (Directory.Exists(folder))
        {
            return;
        }

        for (var made = folder; made is not null && !Directory.Exists(made); made = Path.GetDirectoryName(made))
        {
            _folders.Add(made);
        }

        Try(option, path, () => Directory.CreateDirectory(folder));
    }

    /// <summary>Lets all files appear.</summary>
    /// <exception cref="UserErrorException">One cannot be put in its place.</exception>
    public void Commit()
    {
        foreach (var (option, place, stage) in _files)
        {
            Try(option, place, () => File.Move(stage, place, overwrite: true));
        }

        _committed = true;
    }

    /// <summary>Removes what was not let appear, and the folders that were made for it.</summary>
    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        foreach (var (_, _, stage) in _files)
        {
            Quietly(() => File.Delete(stage));
        }

        _folders.ForEach(folder => Quietly(() => Directory.Delete(folder)));
    }

    private static void Try(string option, string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserErrorException($"{option} {path}: cannot be written: {error.Message}", error);
        }
    }

    // Tidying up must not hide why it is needed; a folder may by now hold files of others.
    private static void Quietly(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
