using System.Collections.Concurrent;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using CsCheck;
using Xunit;

namespace VirtualEnergy.P2P.Tests;

public sealed class SeededSamplesTests
{
    // Lists of pairs: what most properties here draw.
    private static readonly Gen<(long, bool)[]> Lists = Gen.Select(Gen.Long, Gen.Bool).Array[0, 12];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void A_seed_draws_the_same_inputs_on_any_number_of_threads(int threads) => Assert.Equal(Drawn(Lists, seed: 7, threads: 1), Drawn(Lists, seed: 7, threads));

    [Fact]
    public void Another_seed_draws_other_inputs()
    {
        var inputs = Drawn(Gen.ULong[0, ulong.MaxValue], seed: 7, threads: 1);

        Assert.Equal(1_000, inputs.Distinct().Count());
        Assert.Empty(inputs.Intersect(Drawn(Gen.ULong[0, ulong.MaxValue], seed: 8, threads: 1)));
    }

    // PCG XSH RR (pcg-random.org) of stream 0 and seed 1, written down anew: each of its 64-bit outputs is the seed of one input.
    [Fact]
    public void Seed_1_draws_these_inputs_in_every_process_and_one_after_the_other_on_one_thread()
    {
        var inputs = new List<ulong>();
        SeededSamples.Check(Gen.ULong[0, ulong.MaxValue], inputs.Add, 3, threads: 1, seed: 1);

        Assert.Equal([10_078_595_212_594_512_774, 11_433_956_763_076_398_616, 12_913_178_946_261_892_941], inputs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void A_failure_names_the_lowest_input_that_fails_and_the_smallest(int threads)
    {
        // One in ten has a first digit of 7 or above and ends in 7; of 2,000 and 2,000 more, 707 is among them, and nothing below fails.
        var failure = Assert.Throws<CsCheckException>(() =>
            SeededSamples.Check(Gen.Int[0, 999], x => Assert.False(x >= 700 && x % 10 == 7), 2_000, threads, seed: 1));
        var order = new List<int>();
        SeededSamples.Check(Gen.Int[0, 999], order.Add, 2_000, threads: 1, seed: 1);

        Assert.Equal($"Input {order.FindIndex(x => x >= 700 && x % 10 == 7) + 1} of 2,000 fails; VE_TEST_SEED=1 draws it again. The smallest that was found:\n707", failure.Message);
        Assert.IsType<Xunit.Sdk.FalseException>(failure.InnerException);
    }

    [Fact]
    public void A_predicate_that_does_not_hold_is_a_failure() => Assert.Throws<CsCheckException>(() => Gen.Int[0, 9].Sample(x => x < 9));

    [Fact]
    public void A_generator_that_fails_is_a_failure() =>
        Assert.IsType<DivideByZeroException>(Assert.Throws<CsCheckException>(() => Gen.Int[0, 9].Select(x => 1 / (x / 9)).Sample(_ => { })).InnerException);

    [Theory]
    [InlineData(null, SeededSamples.PlainSeed)]
    [InlineData("", SeededSamples.PlainSeed)]
    [InlineData("0", 0)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void The_seed_is_the_variables_or_the_plain_one(string? value, ulong seed) => Assert.Equal(seed, SeededSamples.SeedOf(value));

    [Theory]
    [InlineData("-1")]
    [InlineData("0N0XIzNsQ0O2")]
    [InlineData("18446744073709551616")]
    public void A_seed_that_is_no_whole_number_is_refused(string value) =>
        Assert.Equal($"VE_TEST_SEED is a whole number, not '{value}'.", Assert.Throws<FormatException>(() => SeededSamples.SeedOf(value)).Message);

    [Fact]
    public void No_test_draws_by_the_clock()
    {
        var calls = new ArchLoader().LoadAssemblies(typeof(SeededSamplesTests).Assembly).Build().Types
            .SelectMany(type => type.Dependencies).OfType<MethodCallDependency>().ToList();
        bool To(MethodCallDependency call, System.Type type) => call.Target.FullName == type.FullName && call.TargetMember.Name.StartsWith("Sample", StringComparison.Ordinal);

        Assert.True(calls.Count(call => To(call, typeof(SeededSamples))) > 100); // the loader does see such calls
        Assert.Empty(calls.Where(call => To(call, typeof(Check))).Select(call => $"{call.OriginMember.FullName} calls CsCheck's Sample: leave out what only that takes"));
    }

    private static string[] Drawn<T>(Gen<T> gen, ulong seed, int threads)
    {
        var inputs = new ConcurrentBag<string>();
        SeededSamples.Check(gen, input => inputs.Add(Check.Print(input)), 1_000, threads, seed);
        return [.. inputs.Order(StringComparer.Ordinal)];
    }
}
