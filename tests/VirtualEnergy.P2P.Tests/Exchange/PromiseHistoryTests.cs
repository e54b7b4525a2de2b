using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>
/// Ten thousand random histories of bids, promises, releases, gates and crashes between any two steps of them: no kWh is ever promised both in the local market and elsewhere.
/// The journal is a list here, in which a line is there or not; everything else is what the exchange runs.
/// </summary>
public sealed class PromiseHistoryTests
{
    private const int Histories = 10_000;
    private const int Events = 40;

    private static readonly MemberId[] Members = [new("0xa1"), new("0xa2")];
    private static readonly MemberId[] Providers = [new("0xb1"), new("0xb2")];

    [Fact]
    public async Task No_kWh_is_promised_twice_in_any_of_ten_thousand_histories_with_crashes()
    {
        var seen = new Dictionary<string, int>();
        for (var seed = 0; seed < Histories; seed++)
        {
            await new History(seed, seen).RunAsync();
        }

        // Else the test would say little: everything that can happen has happened often.
        Assert.All(
            (string[])["crash", "bid", "reserved-elsewhere", "promise", "released", "bid-stands", "overlaps", "gate-closed", "over", "round with a promise"],
            what => Assert.True(seen.GetValueOrDefault(what) > 500, $"{what}: {seen.GetValueOrDefault(what)} times."));
    }

    private sealed class CrashException : Exception;

    private sealed class History(int seed, Dictionary<string, int> seen)
    {
        private readonly Random _random = new(seed);

        // The journal: what is in here outlives a crash. A bid and a promise that were answered with yes are in it.
        private readonly List<object> _journal = [];
        private readonly List<HomePromise> _answered = [];
        private OpenRound _open = new(MarketRules.Default);
        private Period _period = new(100);
        private long _number;

        public async Task RunAsync()
        {
            Start();
            for (var i = 0; i <= Events; i++)
            {
                try
                {
                    await (i < Events ? StepAsync() : CloseAsync());
                }
                catch (CrashException)
                {
                    Saw("crash");
                    Start();
                }
            }
        }

        private Task StepAsync()
        {
            switch (_random.Next(10))
            {
                case < 4:
                    Bid();
                    return Task.CompletedTask;
                case < 7:
                    Promise();
                    return Task.CompletedTask;
                case < 8:
                    Release();
                    return Task.CompletedTask;
                default:
                    return CloseAsync();
            }
        }

        private void Bid()
        {
            var member = Members[_random.Next(2)];
            var (buys, energy) = (_random.Next(2) == 0, new Energy(_random.Next(1, 8)));
            var step = ImmutableArray.Create(new Step(new Price(200_000), energy));
            var bid = new Bid(member, _period, ++_number, buys ? step : [], buys ? [] : step);
            var signed = new SignedBid(bid, new Hash256([.. BitConverter.GetBytes(_number), .. new byte[24]]), []);
            var context = new AdmissionContext(
                MarketRules.Default, _open.Period, new Member(member, "", ZoneId.Unnamed, 10_000), _open.LastNumber(member), new Money(1_000_000_000), _ => true)
            {
                Room = _open.RoomOf(member, bid.Period),
            };
            if (AdmissionRules.FirstObjection(signed, context) is { } reason)
            {
                Assert.Equal(RejectionReason.ReservedElsewhere, reason);
                Saw(reason.Code());
                return;
            }

            if (!_open.TryEnter(bid))
            {
                return;
            }

            // A promise may come while the bid is being written down.
            if (_random.Next(3) == 0)
            {
                Promise();
            }

            CrashOrNot();
            if (_random.Next(10) == 0)
            {
                _open.TakeBack(bid); // The disk was full.
                return;
            }

            _journal.Add(signed);
            CrashOrNot();
            _open.Confirm(Journalled(signed));
            Saw("bid");
        }

        private void Promise()
        {
            var program = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new Energy(_random.Next(-5, 6))).ToImmutableArray();
            var promise = new HomePromise(Members[_random.Next(2)], Providers[_random.Next(2)], _random.Next(4), new Period(_period.Index + _random.Next(-1, 3)), program);
            if (_open.EnterPromise(promise) is { } refusal)
            {
                Saw(refusal.Code());
                return;
            }

            CrashOrNot();
            if (_random.Next(10) == 0)
            {
                _open.TakeBack(promise);
                return;
            }

            _journal.Add(promise);
            CrashOrNot();
            _answered.Add(promise);
            Saw("promise");
        }

        private void Release()
        {
            if (_open.FindPromise(Members[_random.Next(2)], Providers[_random.Next(2)], _random.Next(4)) is { } promise)
            {
                CrashOrNot();
                _journal.Add(("release", promise));
                CrashOrNot();
                _open.Release(promise);
                Saw("released");
            }
        }

        private async Task CloseAsync()
        {
            var bids = await _open.CloseAsync();
            if (_random.Next(4) == 0)
            {
                Promise(); // Late evidence.
            }

            Check(bids);
            _period = _period.Next;
            _journal.Add(_period);
            _ = _open.Open(_period, default, Members, []);
        }

        // At the gate the promises that bind are those of the journal, each until its release.
        private void Check(ImmutableArray<SignedBid> bids)
        {
            var binding = new List<HomePromise>();
            foreach (var line in _journal)
            {
                _ = line switch
                {
                    HomePromise promise => Add(binding, promise),
                    ("release", HomePromise promise) => binding.Remove(promise),
                    _ => false,
                };
            }

            Assert.True(_answered.TrueForAll(_journal.Contains), $"Seed {seed}: a promise that was answered is not in the journal.");
            foreach (var promise in binding.Where(promise => promise.Covers(_period)))
            {
                Saw("round with a promise");
                Assert.Single(binding, other => other.Member == promise.Member && other.Covers(_period));
                var program = promise.Program[(int)(_period.Index - promise.First.Index)];
                foreach (var bid in bids.Select(signed => signed.Bid).Where(bid => bid.Member == promise.Member))
                {
                    // In whichever way the auction fills it, the home stays at its program or short of it: what is promised of it is still there.
                    var (bought, sold) = (bid.Buy.Sum(step => step.Energy.WattHours), bid.Sell.Sum(step => step.Energy.WattHours));
                    Assert.True(bought <= Math.Max(0, program.WattHours) && sold <= Math.Max(0, -program.WattHours), $"Seed {seed}, period {_period}: bought {bought}, sold {sold}, program {program}.");
                }
            }
        }

        private static bool Add(List<HomePromise> binding, HomePromise promise)
        {
            binding.Add(promise);
            return true;
        }

        /// <summary>A process that has only the journal.</summary>
        private void Start()
        {
            _open = new OpenRound(MarketRules.Default);
            foreach (var line in _journal)
            {
                switch (line)
                {
                    case HomePromise promise:
                        _open.Resume(promise);
                        break;
                    case ("release", HomePromise promise):
                        _open.Release(promise);
                        break;
                }
            }

            _ = _open.Open(_period, default, Members, _journal.OfType<SignedBid>().Where(signed => signed.Bid.Period == _period).Select(Journalled));
        }

        private static JournalledBid Journalled(SignedBid signed) =>
            new(signed, new BidReceipt(signed.Bid.Member, signed.Bid.Period, signed.Bid.Number, signed.Hash, true, null, null, []));

        private void CrashOrNot()
        {
            if (_random.Next(12) == 0)
            {
                throw new CrashException();
            }
        }

        private void Saw(string what) => seen[what] = seen.GetValueOrDefault(what) + 1;
    }
}
