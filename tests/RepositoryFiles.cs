using Xunit;

namespace VirtualEnergy.P2P;

/// <summary>Finds files of this repository, and the shared vectors and data that lie beside it.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>A path under <c>../shared</c>; the calling test is skipped, with the reason, where that folder is absent.</summary>
    public static string Shared(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(Root, "..", "shared", relativePath));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"../shared/{relativePath} is not there.");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VirtualEnergy.P2P.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run inside a checkout of the repository.");
    }
}
