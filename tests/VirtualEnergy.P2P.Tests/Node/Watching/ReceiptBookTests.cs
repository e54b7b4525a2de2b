using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Watching;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Watching;

public sealed class ReceiptBookTests : IDisposable
{
    private static readonly MemberId Member = new("0x" + new string('a', 40));
    private static readonly Period Period = new(1_000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-receipts-");

    private string File => Path.Combine(_folder.FullName, "receipts");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Of_a_period_the_highest_number_is_kept()
    {
        var book = new ReceiptBook(null, NullLogger.Instance);
        book.Keep(Receipt(Period, 2));
        book.Keep(Receipt(Period, 1));
        Assert.Equal(2, Assert.Single(book.Of(Period)).Bid.Number);
        Assert.Empty(book.Of(Period.Next));
    }

    [Fact]
    public void A_refusal_is_no_receipt()
    {
        var book = new ReceiptBook(null, NullLogger.Instance);
        book.Keep(new BidReceipt(Member, Period, 1, default, Accepted: false, "gate-closed", null, []));
        Assert.Empty(book.Of(Period));
    }

    [Fact]
    public void A_restart_forgets_none_and_loses_only_the_line_that_a_crash_cut_off()
    {
        var book = new ReceiptBook(File, NullLogger.Instance);
        book.Keep(Receipt(Period, 1));
        book.Keep(Receipt(Period.Next, 3));
        System.IO.File.AppendAllText(File, "{\"member\":\"0xaa");
        var again = new ReceiptBook(File, NullLogger.Instance);
        Assert.Equal(1, Assert.Single(again.Of(Period)).Bid.Number);
        var held = Assert.Single(again.Of(Period.Next));
        Assert.Equal((3L, 65), (held.Bid.Number, held.Signature.Signature.Length));
        again.Keep(Receipt(new Period(1_002), 1));
        Assert.Equal(3, System.IO.File.ReadAllLines(File).Length);
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        var book = new ReceiptBook(null, NullLogger.Instance);
        for (var i = 0; i <= ReceiptBook.Kept; i++)
        {
            book.Keep(Receipt(new Period(i), 1));
        }

        Assert.Empty(book.Of(new Period(0)));
        Assert.Single(book.Of(new Period(1)));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_said_at_the_start() =>
        Assert.Contains("cannot be", Assert.Throws<UserErrorException>(() => new ReceiptBook(Existing(), NullLogger.Instance)).Message, StringComparison.Ordinal);

    // A folder where the new file should go cannot be replaced by it.
    private string Existing()
    {
        System.IO.File.WriteAllText(File, "");
        Directory.CreateDirectory(File + ".part");
        return File;
    }

    private static BidReceipt Receipt(Period period, long number) => new(
        Member, period, number, new Hash256(new byte[Hash256.Size]), Accepted: true, null, null, [.. Enumerable.Repeat((byte)7, 65)]);
}
