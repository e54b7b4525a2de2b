using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class MeasuredHistoryTests : IDisposable
{
    /// <summary>Four weeks of quarters of an hour.</summary>
    private const int Most = 28 * 96;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-history-");
    private readonly KeptLog _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory.history");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_a_meter_counted_outlives_a_restart()
    {
        var history = Open();
        history.Keep(PeriodGrid.QuarterHour, Counted(10, load: 100, sun: 20));
        history.Keep(PeriodGrid.QuarterHour, Counted(11, load: 110));
        Assert.Equal([Counted(10, load: 100, sun: 20), Counted(11, load: 110)], Open().In(PeriodGrid.QuarterHour));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void Four_weeks_are_kept_and_no_more()
    {
        var history = Open();
        for (var period = 0; period < Most + 5; period++)
        {
            history.Keep(PeriodGrid.QuarterHour, Counted(period));
        }

        var kept = Open().In(PeriodGrid.QuarterHour);
        Assert.Equal((Most, 5), (kept.Length, kept[0].Period.Index));
    }

    [Fact]
    public void What_comes_out_of_order_takes_its_place_and_what_a_wrong_clock_dated_is_forgotten()
    {
        var history = Open();
        foreach (var period in (long[])[10, 12, 11, 50_000, 13])
        {
            history.Keep(PeriodGrid.QuarterHour, Counted(period));
        }

        Assert.Equal([10L, 11, 12, 13], Open().In(PeriodGrid.QuarterHour).Select(counted => counted.Period.Index));
    }

    [Fact]
    public void In_a_market_of_other_periods_it_says_nothing_and_begins_anew()
    {
        var history = Open();
        history.Keep(PeriodGrid.QuarterHour, Counted(10));
        Assert.Empty(history.In(new PeriodGrid(300)));
        history.Keep(new PeriodGrid(300), Counted(30));
        Assert.Equal([Counted(30)], Open().In(new PeriodGrid(300)));
        Assert.Empty(Open().In(PeriodGrid.QuarterHour));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"secondsAPeriod":900,"counted":[[10,100,0],[11,""")] // cut off
    [InlineData("""{"secondsAPeriod":900,"counted":null}""")]
    [InlineData("""{"secondsAPeriod":901,"counted":[]}""")]
    [InlineData("""{"secondsAPeriod":900,"counted":[[10,100,0],[10,100,0]]}""")] // twice
    [InlineData("""{"secondsAPeriod":900,"counted":[[10,-1,0]]}""")]
    [InlineData("""{"secondsAPeriod":900,"counted":[[10,0,2500001]]}""")] // above 10 MW
    [InlineData("""{"secondsAPeriod":900,"counted":[[10,0]]}""")]
    [InlineData("""{"secondsAPeriod":900,"counted":[null]}""")]
    [InlineData("""{"secondsAPeriod":900,"counted":[[1e308,0,0]]}""")]
    [InlineData("""{"secondsAPeriod":900,"counted":[],"other":1}""")]
    public void A_file_that_is_something_else_is_set_aside_with_one_line_and_the_home_goes_on(string content)
    {
        File.WriteAllText(Path, content);
        var history = Open();
        Assert.Empty(history.In(PeriodGrid.QuarterHour));
        Assert.Contains("set aside", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Path + ".broken"));
        history.Keep(PeriodGrid.QuarterHour, Counted(10));
        Assert.Equal([Counted(10)], Open().In(PeriodGrid.QuarterHour));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_said_once()
    {
        var history = MeasuredHistory.Open(System.IO.Path.Combine(_folder.FullName, "gone", "history"), _log);
        history.Keep(PeriodGrid.QuarterHour, Counted(10));
        history.Keep(PeriodGrid.QuarterHour, Counted(11));
        Assert.Single(_log.Warnings);
        Assert.Equal(2, history.In(PeriodGrid.QuarterHour).Length);
    }

    [Fact]
    public void Nobody_else_can_read_when_somebody_is_at_home()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        Open().Keep(PeriodGrid.QuarterHour, Counted(10));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path));
    }

    private static CountedPeriod Counted(long period, long load = 250, long sun = 0) => new(new Period(period), new Energy(load), new Energy(sun));

    private MeasuredHistory Open() => MeasuredHistory.Open(Path, _log);
}
