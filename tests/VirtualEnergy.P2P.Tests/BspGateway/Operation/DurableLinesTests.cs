using System.Text;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class DurableLinesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-lines-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string File => Path.Combine(_folder.FullName, "log");

    [Fact]
    public void Lines_that_come_while_the_log_is_shortened_follow_the_shorter_ones()
    {
        using (var lines = Opened("one\ntwo\nthree\n"))
        {
            lines.Replace(before =>
            {
                Assert.Equal("one\ntwo\nthree\n", Encoding.UTF8.GetString(before.Span));
                lines.Append(Bytes("four\n"));
                return [Bytes("sum\n")];
            });
            lines.Append(Bytes("five\n"));
            Assert.Equal("sum\nfour\nfive\n".Length, lines.Length);
        }

        Assert.Equal("sum\nfour\nfive\n", System.IO.File.ReadAllText(File));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void A_shortening_that_fails_leaves_the_log_as_it_was()
    {
        using (var lines = Opened("one\n"))
        {
            Assert.Throws<InvalidOperationException>(() => lines.Replace(_ => Failing()));
            lines.Append(Bytes("two\n"));
        }

        Assert.Equal("one\ntwo\n", System.IO.File.ReadAllText(File));
        using var again = Opened(null);
        again.Replace(_ => [Bytes("sum\n")]); // what the failure left aside is in nobody's way
        Assert.Equal(4, again.Length);

        static IEnumerable<ReadOnlyMemory<byte>> Failing()
        {
            yield return Bytes("half");
            throw new InvalidOperationException("The power went.");
        }
    }

    [Fact]
    public void A_shortened_log_is_locked_as_before()
    {
        using var lines = Opened("one\n");
        lines.Replace(_ => [Bytes("sum\n")]);

        Assert.Throws<GatewayStartException>(() => DurableLines.Open(_folder.FullName, "log"));
    }

    [Fact]
    public void What_a_crash_cut_off_is_cut_off_before_anything_follows()
    {
        System.IO.File.WriteAllText(File, "one\ntw");
        using (var lines = DurableLines.Open(_folder.FullName, "log"))
        {
            lines.Keep(4);
            lines.Append(Bytes("three\n"));
        }

        Assert.Equal("one\nthree\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Without_a_folder_nothing_is_kept()
    {
        using var lines = DurableLines.Open(null, "log");
        lines.Append(Bytes("one\n"));
        lines.Replace(_ => throw new InvalidOperationException("There is nothing to be shortened."));
        Assert.Equal(0, lines.Length);
    }

    private DurableLines Opened(string? content)
    {
        if (content is not null)
        {
            System.IO.File.WriteAllText(File, content);
        }

        var lines = DurableLines.Open(_folder.FullName, "log");
        lines.Keep((int)lines.Length);
        return lines;
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
