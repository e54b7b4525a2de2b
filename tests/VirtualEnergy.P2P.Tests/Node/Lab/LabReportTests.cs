using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Parquet;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Node.Lab.Html;
using VirtualEnergy.P2P.Node.Lab.Reports;
using VirtualEnergy.P2P.Node.Lab.Tables;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

public sealed class LabReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lab-report");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_same_plan_gives_the_same_bytes_in_every_form()
    {
        var (one, two) = (Forms(), Forms());
        Assert.Equal(one, two);

        static string Forms()
        {
            var result = LabPlans.Run(LabPlans.Generated(8, 2, Enum.GetValues<MechanismKind>()));
            return HtmlReport.Of(result, "ve lab replay") + Json(result) + string.Concat(LabTable.Of(result).Select(Csv));
        }
    }

    [Fact]
    public void A_home_cannot_write_into_the_page()
    {
        const string Hostile = "<script>alert('1')</script>\"&";
        var page = HtmlReport.Of(LabPlans.Run(LabPlans.TwoHomes([MechanismKind.Uniform], Hostile)), "ve lab replay");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_asks_for_nothing_from_elsewhere()
    {
        var page = HtmlReport.Of(LabPlans.Run(LabPlans.Generated(6, 1, MechanismKind.Uniform, MechanismKind.Muda)), "ve lab replay");
        foreach (var reference in new[] { "src=", "href=", "url(", "@import", "http:", "https:", "<link" })
        {
            Assert.DoesNotContain(reference, page, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Every ratio of the report is by something that is nothing here.</summary>
    [Fact]
    public void Where_nothing_trades_the_reports_say_so()
    {
        var result = LabPlans.Run(LabPlans.TwoHomes([MechanismKind.Huang]));
        var page = HtmlReport.Of(result, "ve lab replay");
        Assert.Contains("Nothing was traded.", page, StringComparison.Ordinal);
        foreach (var text in new[] { page, Json(result), string.Concat(LabTable.Of(result).Select(Csv)) })
        {
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", text, StringComparison.Ordinal);
            Assert.DoesNotContain("∞", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_with_commas_and_quotes_come_back_from_the_tables()
    {
        var lines = Csv(LabTable.Of(LabPlans.Run(LabPlans.TwoHomes([], "Anna, \"2nd floor\"")))[2]).Split('\n');
        Assert.StartsWith("mechanism,home,zone,bought_wh,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("supplier-only,\"Anna, \"\"2nd floor\"\"\",LV-1,0,0,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_object_holds_what_was_replayed_and_the_three_tables()
    {
        using var json = JsonDocument.Parse(Json(LabPlans.Run(LabPlans.TwoHomes([MechanismKind.Uniform]))));
        var root = json.RootElement;
        Assert.Equal((2, "2026-04-15", "2026-04-15", 96), (
            root.GetProperty("replay").GetProperty("homes").GetInt32(), root.GetProperty("replay").GetProperty("from").GetString(),
            root.GetProperty("replay").GetProperty("to").GetString(), root.GetProperty("replay").GetProperty("periods").GetInt32()));
        Assert.Equal((2, 192, 4), (root.GetProperty("summary").GetArrayLength(), root.GetProperty("periods").GetArrayLength(), root.GetProperty("members").GetArrayLength()));
        Assert.Equal(24, root.GetProperty("summary")[1].GetProperty("volume_kwh").GetDouble());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("summary")[0].GetProperty("jain").ValueKind);
    }

    [Fact]
    public void Csv_holds_what_the_table_holds()
    {
        foreach (var table in LabTable.Of(LabPlans.Run(LabPlans.Generated(6, 1, MechanismKind.Uniform, MechanismKind.Huang))))
        {
            using var csv = new CsvReader(new StringReader(Csv(table)), CultureInfo.InvariantCulture);
            Assert.True(csv.Read() && csv.ReadHeader());
            Assert.Equal(table.Columns.Select(column => column.Name), csv.HeaderRecord!);
            for (var line = 0; line < table.Lines; line++)
            {
                Assert.True(csv.Read());
                Assert.Equal(
                    table.Columns.Select(column => column switch { TextColumn text => (object?)text.Values[line], IntegerColumn whole => whole.Values[line], NumberColumn number => number.Values[line], _ => throw new InvalidOperationException() }),
                    table.Columns.Select((column, place) => column switch { TextColumn => (object?)csv.GetField(place), IntegerColumn => csv.GetField<long?>(place), _ => csv.GetField<double?>(place) }));
            }

            Assert.False(csv.Read());
        }
    }

    [Fact]
    public async Task Parquet_holds_what_the_table_holds()
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var table in LabTable.Of(LabPlans.Run(LabPlans.Generated(6, 1, MechanismKind.Uniform, MechanismKind.Huang))))
        {
            using var stream = new MemoryStream();
            await ParquetTableWriter.WriteAsync(table, stream, cancellation);
            stream.Position = 0;
            await using var reader = await ParquetReader.CreateAsync(stream, cancellationToken: cancellation);
            Assert.Equal(table.Columns.Select(column => column.Name), reader.Schema.DataFields.Select(field => field.Name));
            using var group = reader.OpenRowGroupReader(0);
            Assert.Equal(table.Lines, group.RowCount);
            foreach (var (column, field) in table.Columns.Zip(reader.Schema.DataFields))
            {
                switch (column)
                {
                    case TextColumn text:
                        var texts = new string?[table.Lines];
                        await group.ReadAsync(field, texts.AsMemory(), cancellationToken: cancellation);
                        Assert.Equal(text.Values, texts);
                        break;
                    case IntegerColumn integers:
                        var wholes = new long?[table.Lines];
                        await group.ReadAsync<long>(field, wholes.AsMemory(), cancellationToken: cancellation);
                        Assert.Equal(integers.Values, wholes);
                        break;
                    case NumberColumn numbers:
                        var doubles = new double?[table.Lines];
                        await group.ReadAsync<double>(field, doubles.AsMemory(), cancellationToken: cancellation);
                        Assert.Equal(numbers.Values, doubles);
                        break;
                }
            }
        }
    }

    [Fact]
    public async Task All_files_appear_together_and_replace_what_was_there()
    {
        var html = Path.Combine(_folder.FullName, "lab.html");
        await File.WriteAllTextAsync(html, "before", TestContext.Current.CancellationToken);
        using (var outputs = new LabOutputs(html, Path.Combine(_folder.FullName, "csv"), Path.Combine(_folder.FullName, "parquet")))
        {
            Assert.Equal("before", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken));
            await outputs.WriteAsync(LabPlans.Run(LabPlans.TwoHomes([MechanismKind.Uniform])), "ve lab replay", TestContext.Current.CancellationToken);
        }

        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(
            ["csv/members.csv", "csv/periods.csv", "csv/summary.csv", "lab.html", "parquet/members.parquet", "parquet/periods.parquet", "parquet/summary.parquet"],
            Files());
    }

    [Fact]
    public async Task A_replay_that_was_stopped_leaves_everything_as_it_was()
    {
        var html = Path.Combine(_folder.FullName, "lab.html");
        await File.WriteAllTextAsync(html, "before", TestContext.Current.CancellationToken);
        using (new LabOutputs(html, Path.Combine(_folder.FullName, "new/csv"), null))
        {
        }

        Assert.Equal(["lab.html"], Files());
        Assert.Equal("before", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken));
        Assert.Empty(_folder.GetDirectories());
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_the_replay_and_leaves_nothing()
    {
        var missing = Assert.Throws<UserErrorException>(() => new LabOutputs(Path.Combine(_folder.FullName, "none/lab.html"), null, null));
        Assert.Contains("there is no such folder", missing.Message, StringComparison.Ordinal);
        var folder = Assert.Throws<UserErrorException>(() => new LabOutputs(_folder.FullName, null, null));
        Assert.Contains("this is a folder; name a file", folder.Message, StringComparison.Ordinal);
        var twice = Assert.Throws<UserErrorException>(() => new LabOutputs(Path.Combine(_folder.FullName, "members.csv"), _folder.FullName, null));
        Assert.Contains("another output", twice.Message, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    private string[] Files() =>
        [.. _folder.GetFiles("*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.FullName, file.FullName)).Order(StringComparer.Ordinal)];

    private static string Json(LabResult result)
    {
        using var stream = new MemoryStream();
        LabJson.Write(result, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Csv(LabTable table)
    {
        using var stream = new MemoryStream();
        CsvTableWriter.Write(table, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
