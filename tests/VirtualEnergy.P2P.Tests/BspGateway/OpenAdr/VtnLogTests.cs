using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.OpenAdr.VtnFixture;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class VtnLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vtn").FullName;

    private string FilePath => Path.Combine(_folder, "vtn.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Wherever_the_file_is_cut_the_objects_before_the_cut_are_there()
    {
        string[] ids;
        using (var log = VtnLog.Open(FilePath).Log)
        {
            var vtn = new VtnFixture(log);
            var program = vtn.Program();
            var first = vtn.Event(program, """["street"]""");
            vtn.Desk.Update(Business, ObjectKind.Event, first, Parsed($$"""{"programID":"{{program}}","eventName":"changed"}"""));
            vtn.Ven(Anna, """["anna"]""");
            var gone = vtn.Event(program);
            vtn.Desk.Delete(Business, ObjectKind.Event, gone);
            ids = [program, first];
        }

        var whole = File.ReadAllBytes(FilePath);
        var ends = Enumerable.Range(0, whole.Length).Where(place => whole[place] == '\n').ToList();
        for (var cut = 0; cut <= whole.Length; cut += 7)
        {
            File.WriteAllBytes(FilePath, whole[..cut]);
            var (log, kept) = VtnLog.Open(FilePath);
            log.Dispose();
            var lines = ends.Count(end => end < cut);
            // Lines: program, event, its change, ven, event, its deletion.
            Assert.Equal(lines switch { 0 => 0, 1 => 1, 2 or 3 => 2, 4 => 3, 5 => 4, _ => 3 }, kept.Count);
        }

        File.WriteAllBytes(FilePath, whole);
        var (last, objects) = VtnLog.Open(FilePath);
        last.Dispose();
        Assert.Equal(ids, objects.Where(thing => thing.Kind != ObjectKind.Ven).Select(thing => thing.Id));
        Assert.Equal("changed", objects.Single(thing => thing.Kind == ObjectKind.Event).Text("eventName"));
        Assert.Equal("anna", objects.Single(thing => thing.Kind == ObjectKind.Ven).ClientId);
    }

    [Fact]
    public void A_damaged_line_in_the_middle_stops_the_start_and_says_where()
    {
        File.WriteAllText(FilePath, "{\"delete\":\"a\"}\n{\"put\":7}\n{\"delete\":\"b\"}\n");
        var wrong = Assert.Throws<InvalidDataException>(() => VtnLog.Open(FilePath));
        Assert.Contains("line 2", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("{\"put\":7}", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }
}
