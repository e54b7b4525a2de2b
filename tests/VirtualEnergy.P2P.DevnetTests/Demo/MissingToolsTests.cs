using System.Diagnostics;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>What a new user sees whose machine lacks something: the build says what, and where to get it.</summary>
public sealed class MissingToolsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-tools-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Without_node_the_build_says_which_version_is_needed_and_where_to_get_it()
    {
        var (exitCode, output) = await RestoreNpmAsync(PathWithOnly("sh"));
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Node 20 or newer is needed: no `node` was found on the PATH. Get it from https://nodejs.org", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_too_old_is_named()
    {
        var pretence = Path.Combine(_folder.FullName, "old.js");
        await File.WriteAllTextAsync(
            pretence, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } });", TestContext.Current.CancellationToken);
        var (exitCode, output) = await RestoreNpmAsync(new() { ["NODE_OPTIONS"] = $"--require {pretence}" });
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Node 20 or newer is needed: this one is", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_npm_the_build_says_that_it_comes_with_node()
    {
        var (exitCode, output) = await RestoreNpmAsync(PathWithOnly("sh", "node"));
        Assert.NotEqual(0, exitCode);
        Assert.Contains("npm ci failed (npm comes with Node and must be on the PATH)", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder.FullName, "artifacts", "npm"))); // nothing half-made stays
    }

    private Dictionary<string, string> PathWithOnly(params string[] programs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links programs into a folder, as Unix does.");
        var folder = _folder.CreateSubdirectory("bin").FullName;
        foreach (var program in programs)
        {
            File.CreateSymbolicLink(Path.Combine(folder, program), Find(program));
        }

        return new() { ["PATH"] = folder };
    }

    /// <summary>Runs the build's own npm target, as if in a checkout that has nothing installed yet.</summary>
    private async Task<(int ExitCode, string Output)> RestoreNpmAsync(Dictionary<string, string> environment)
    {
        var project = Path.Combine(_folder.FullName, "restore.proj");
        await File.WriteAllTextAsync(
            project,
            $"""
            <Project>
              <PropertyGroup><RepositoryRoot>{_folder.FullName}/</RepositoryRoot></PropertyGroup>
              <Import Project="{Path.Combine(RepositoryFiles.Root, "devnet", "Npm.targets")}" />
            </Project>
            """,
            TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Find("dotnet"), ["msbuild", project, "-t:RestoreNpm", "-nologo", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (build.ExitCode, output);
    }

    private static string Find(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
            .First(File.Exists);
}
