using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Households;

/// <summary>A user's own files, right and wrong, in a folder of the test's own.</summary>
public sealed class OwnCsvDatasetTests : IDisposable
{
    private const string Load = "time,Anna,Bruno\n2026-06-15T00:00:00Z,250,1200\n2026-06-15T00:15:00Z,300.4,1100\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("households").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Homes_plants_batteries_and_zones_are_read()
    {
        Write("load.csv", Load);
        Write("pv.csv", "time,Bruno\n2026-06-15T02:00:00+02:00,0\n2026-06-15T02:15:00+02:00,40\n");
        Write("homes.csv", "home,zone,connection_w,battery_wh,battery_w\nBruno,LV-9,6000,10000,5000\n");
        var community = Dataset.Open(_folder, null, 0);
        var (anna, bruno) = (community.Households[0], community.Households[1]);
        Assert.Equal([250, 300], anna.Profile.Load.Watts.AsEnumerable());
        Assert.Equal((3_000L, "LV-1"), (anna.ConnectionWatts, anna.Zone.Value));
        Assert.Null(anna.Profile.Photovoltaics);
        Assert.Equal([0, 40], bruno.Profile.Photovoltaics!.Watts.AsEnumerable());
        Assert.Equal((6_000L, "LV-9", new Energy(10_000), 5_000L), (bruno.ConnectionWatts, bruno.Zone.Value, bruno.Battery!.Capacity, bruno.Battery.ChargeWatts));
        Assert.Equal(new DateTimeOffset(2026, 6, 15, 0, 0, 0, TimeSpan.Zero), PeriodGrid.QuarterHour.StartOf(community.First));
    }

    [Fact]
    public void The_example_of_the_documentation_is_read()
    {
        var blocks = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "data.md")).Split("```csv\n").Skip(1)
            .Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToArray();
        Write("load.csv", blocks[0]);
        Write("pv.csv", blocks[1]);
        Write("homes.csv", blocks[2]);
        var community = Dataset.Open(_folder, null, 0);
        Assert.Equal(2, community.Households.Length);
        Assert.Contains(community.Households, home => home.Battery is not null);
    }

    [Theory]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,abc\n", "line 2, column Anna: 'abc' is not a number")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,NaN\n", "line 2, column Anna: 'NaN' is not a number")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,1e308\n", "line 2, column Anna: 1E+308 lies outside 0 to 10000000")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,∞\n", "line 2, column Anna: '∞' is not a number")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,\n", "line 2, column Anna: '' is not a number")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,-5\n", "line 2, column Anna: -5 lies outside 0 to")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,5\n2026-06-15T00:30:00Z,5\n", "line 3, column time: 2026-06-15T00:30:00Z does not follow")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,5\n2026-06-15T00:00:00Z,5\n", "line 3, column time: 2026-06-15T00:00:00Z does not follow")]
    [InlineData("time,Anna\n2026-06-15T00:07:00Z,5\n", "line 2, column time: 2026-06-15T00:07:00Z is not the start of a quarter")]
    [InlineData("time,Anna\n2026-06-15T00:00:00,5\n", "line 2, column time: '2026-06-15T00:00:00' is not a time")]
    [InlineData("time,Anna\nyesterday,5\n", "line 2, column time: 'yesterday' is not a time")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,5,6\n", "line 2: The line has 3 fields, the header 2")]
    [InlineData("time,Anna,Anna\n2026-06-15T00:00:00Z,5,6\n", "line 1, column Anna: The column appears twice")]
    [InlineData("time,Anna\n2026-06-15T00:00:00Z,5\"6\n", "line 2: A quotation mark")]
    [InlineData("time,Anna\n", "The file holds no lines of data")]
    [InlineData("time\n2026-06-15T00:00:00Z\n", "line 1: The file has 0 homes")]
    public void A_malformed_line_is_refused_with_file_line_and_column(string load, string expected)
    {
        Write("load.csv", load);
        var refused = Assert.Throws<DatasetException>(() => Dataset.Open(_folder, null, 0));
        Assert.StartsWith(Path.Combine(_folder, "load.csv"), refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pv.csv", "time,Carla\n2026-06-15T00:00:00Z,0\n2026-06-15T00:15:00Z,40\n", "line 1, column Carla: There is no home of this name")]
    [InlineData("pv.csv", "time,Anna\n2026-06-15T00:00:00Z,0\n", "It covers another span")]
    [InlineData("homes.csv", "home,colour\nAnna,blue\n", "line 1, column colour: Unknown column")]
    [InlineData("homes.csv", "zone\nLV-1\n", "line 1, column home: The column is missing")]
    [InlineData("homes.csv", "home,zone\nCarla,LV-1\n", "line 2, column home: There is no home 'Carla'")]
    [InlineData("homes.csv", "home,zone\nAnna,LV-1\nAnna,LV-1\n", "line 3, column home: Anna appears twice")]
    [InlineData("homes.csv", "home,battery_wh\nAnna,5000\n", "line 2, column home: A battery needs both")]
    [InlineData("homes.csv", "home,connection_w\nBruno,1000\n", "column Bruno: The load reaches 1200 W")]
    public void Files_that_do_not_fit_together_are_refused(string file, string text, string expected)
    {
        Write("load.csv", Load);
        Write(file, text);
        Assert.Contains(expected, Assert.Throws<DatasetException>(() => Dataset.Open(_folder, null, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_too_large_is_refused_before_it_is_read()
    {
        Write("load.csv", Load);
        using (var file = File.OpenWrite(Path.Combine(_folder, "load.csv")))
        {
            file.SetLength(CsvTable.MostBytes + 1);
        }

        Assert.Contains("at most", Assert.Throws<DatasetException>(() => Dataset.Open(_folder, null, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_folder_a_missing_folder_and_impossible_numbers_of_homes_are_refused()
    {
        Assert.Contains("No known data set", Refusal(_folder, null), StringComparison.Ordinal);
        Assert.Contains("no such folder", Refusal(Path.Combine(_folder, "nowhere"), null), StringComparison.Ordinal);
        Assert.Contains("0 homes", Refusal(_folder, 0), StringComparison.Ordinal);
        Write("load.csv", Load);
        Assert.Contains("The file has 2 homes, 3 are asked for", Refusal(_folder, 3), StringComparison.Ordinal);

        static string Refusal(string folder, int? homes) => Assert.Throws<DatasetException>(() => Dataset.Open(folder, homes, 0)).Message;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
