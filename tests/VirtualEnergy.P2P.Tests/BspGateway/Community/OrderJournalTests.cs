using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.BspGateway.Community;

/// <summary>What the provider knows of its orders after it was killed at any moment.</summary>
public sealed class OrderJournalTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"orders-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Orders_answers_and_numbers_are_there_again()
    {
        var (first, second) = (Reservation(0, 11, -1_500), Reservation(1, 12, -700));
        using (var journal = OrderJournal.Open(_folder, "c", _ => { }, (_, _) => { }))
        {
            await Task.WhenAll(journal.KeepAsync(Sign(first)), journal.KeepAsync(Sign(second)), journal.KeepAcceptedAsync(first));
            journal.KeepNumbers(900);
        }

        var (said, accepted, upTo) = Read();
        Assert.Equal([first, second], said.OrderBy(order => order.Number));
        Assert.Equal([(first.Member, first.Id)], accepted);
        Assert.Equal(900, upTo);
    }

    [Fact]
    public async Task Cut_off_at_any_byte_the_whole_lines_count()
    {
        using (var journal = OrderJournal.Open(_folder, "c", _ => { }, (_, _) => { }))
        {
            await journal.KeepAsync(Sign(Reservation(0, 11, -1_500)));
            await journal.KeepAsync(Sign(Reservation(1, 12, -700)));
        }

        var path = Path.Combine(_folder, "community-c.jsonl");
        var whole = File.ReadAllBytes(path);
        var firstLine = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = whole.Length; length >= 0; length -= 37)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(length == whole.Length ? 2 : length >= firstLine ? 1 : 0, Read().Said.Count);
        }
    }

    [Fact]
    public void A_file_of_something_else_stops_the_start_with_its_line()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "community-c.jsonl"), "{\"numbersUpTo\":1}\n{\"what\":2}\n");
        Assert.Equal("Bsp:DataFolder: line 2 of community-c.jsonl cannot be read. Restore the file; nothing was changed.", Assert.Throws<GatewayStartException>(() => Read()).Message);
    }

    [Fact]
    public void Numbers_rise_over_a_restart_though_the_clock_has_gone_back()
    {
        var time = new FakeTimeProvider(Ten);
        long last;
        using (var journal = OrderJournal.Open(_folder, "c", _ => { }, (_, _) => { }))
        {
            var numbers = new OrderNumbers(journal.NumbersUpTo, time, journal.KeepNumbers);
            Assert.Equal(Ten.ToUnixTimeMilliseconds(), numbers.Next());
            last = numbers.Next();
            Assert.Equal(Ten.ToUnixTimeMilliseconds() + 1, last);
        }

        using var again = OrderJournal.Open(_folder, "c", _ => { }, (_, _) => { });
        Assert.True(new OrderNumbers(again.NumbersUpTo, new FakeTimeProvider(Ten.AddHours(-1)), again.KeepNumbers).Next() > last);
    }

    [Fact]
    public async Task Shortened_it_has_what_is_not_over_and_no_number_is_given_twice()
    {
        // Periods 1 to 4, 5 to 8 and 9 to 12 after ten o'clock; the second is released, the first was accepted and over at 11:15.
        var (first, second, third) = (Reservation(0, 11, -1_500), Reservation(1, 12, -700, from: 5), Reservation(0, 13, -900, from: 9));
        var release = second with { Number = 14, Kind = FlexibilityOrderKind.Release, ChangeWatts = 0, First = After(7), Periods = 2 };
        using (var journal = OrderJournal.Open(_folder, "c", _ => { }, (_, _) => { }))
        {
            foreach (var order in new[] { first, second, third, release })
            {
                await journal.KeepAsync(Sign(order));
            }

            journal.KeepNumbers(900);
            await Task.WhenAll(journal.KeepAcceptedAsync(first), journal.KeepAcceptedAsync(second));
            var path = Path.Combine(_folder, "community-c.jsonl");
            var before = new FileInfo(path).Length;
            journal.Shorten(Ten.AddMinutes(74), PeriodGrid.QuarterHour); // nothing is over: one line more, of numbers
            Assert.True(new FileInfo(path).Length >= before);
            journal.Shorten(Ten.AddMinutes(75), PeriodGrid.QuarterHour);
            await journal.KeepAsync(Sign(Reservation(1, 15, -100, from: 20))); // it goes on in the short file
        }

        var (said, accepted, upTo) = Read();
        Assert.Equal([12, 13, 14, 15], said.Select(order => order.Number).Order());
        Assert.Equal([(second.Member, second.Id)], accepted);
        Assert.Equal(900, upTo);
    }

    private (List<FlexibilityOrder> Said, List<(MemberId, long)> Accepted, long UpTo) Read()
    {
        var (said, accepted) = (new List<FlexibilityOrder>(), new List<(MemberId, long)>());
        using var journal = OrderJournal.Open(_folder, "c", said.Add, (member, id) => accepted.Add((member, id)));
        return (said, accepted, journal.NumbersUpTo);
    }

    private static Signed<FlexibilityOrder> Sign(FlexibilityOrder order) => new(order, FlexibilitySigning.Sign(Signing.Hash(order), ProviderKey));
}
