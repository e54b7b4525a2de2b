using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Watching;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Watching;

public sealed class ReadingReceiptBookTests : IDisposable
{
    private static readonly MemberId Member = new("0x" + new string('a', 40));
    private static readonly Period Period = new(1_000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-reading-receipts-");

    private string File => Path.Combine(_folder.FullName, "receipts.readings");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Until then the exchange may have metered without knowing it.</summary>
    [Fact]
    public void A_receipt_counts_from_the_first_round_that_is_cleared_after_it()
    {
        var book = new ReadingReceiptBook(null, NullLogger.Instance);
        book.Keep(Receipt(Period, 1));
        book.Hear(Period); // the result of its own period
        Assert.Empty(book.All);
        book.Hear(new Period(Period.Index + 2));
        var held = Assert.Single(book.All);
        Assert.Equal((Period, 1, Period.Index + 2), (held.Reading.Period, held.Reading.Number, held.DueBy.Index));
        Assert.False(held.IsDueIn(Period.Next));
        Assert.True(held.IsDueIn(new Period(Period.Index + 2)));
    }

    /// <summary>A week of readings is corrected, and the last day of it may have come too late: 673 − 97 periods.</summary>
    [Fact]
    public void A_reading_of_last_week_need_not_count()
    {
        var book = Heard(null, Receipt(Period, 1));
        Assert.True(book.All[0].IsDueIn(new Period(Period.Index + 575)));
        Assert.False(book.All[0].IsDueIn(new Period(Period.Index + 576)));
    }

    [Fact]
    public void Of_a_period_the_highest_number_is_kept_and_a_refusal_is_no_receipt()
    {
        var book = Heard(null, Receipt(Period, 2));
        book.Keep(Receipt(Period, 1));
        book.Keep(Receipt(Period, 3) with { Reason = "stale-number", Signature = [] });
        book.Hear(new Period(Period.Index + 2));
        Assert.Equal((2, Period.Next), (Assert.Single(book.All).Reading.Number, book.All[0].DueBy));
    }

    [Fact]
    public void A_restart_forgets_none_and_loses_only_the_line_that_a_crash_cut_off()
    {
        Heard(File, Receipt(Period, 1), Receipt(Period.Previous, 1));
        System.IO.File.AppendAllText(File, "{\"dueBy\":1002,\"rec");
        var again = new ReadingReceiptBook(File, NullLogger.Instance);
        Assert.Equal([Period.Previous, Period], again.All.Select(held => held.Reading.Period));
        Assert.Equal(again.All, ReadingReceiptBook.Read(File).Select(kept => kept.Held));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"dueBy\":1.5,\"receipt\":{}}")]
    [InlineData("{\"dueBy\":1002,\"receipt\":{\"member\":\"0x\"}}")]
    [InlineData("{\"dueBy\":1002,\"receipt\":[[[[[[1]]]]]]}")]
    public void A_file_that_somebody_gave_is_refused_by_its_line(string line)
    {
        Heard(File, Receipt(Period, 1));
        System.IO.File.AppendAllText(File, line + "\n");
        var refused = Assert.Throws<UserErrorException>(() => ReadingReceiptBook.Read(File));
        Assert.Contains("line 2 is no receipt", refused.Message, StringComparison.Ordinal);
    }

    private static ReadingReceiptBook Heard(string? path, params ReadingReceipt[] receipts)
    {
        var book = new ReadingReceiptBook(path, NullLogger.Instance);
        foreach (var receipt in receipts)
        {
            book.Keep(receipt);
        }

        book.Hear(Period.Next);
        return book;
    }

    private static ReadingReceipt Receipt(Period period, long number) => new(Member, period, number, new Hash256([.. Enumerable.Repeat((byte)7, 32)]), null, [.. Enumerable.Repeat((byte)1, 65)]);
}
