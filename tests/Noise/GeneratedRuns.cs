using VirtualEnergy.P2P.Node.Drivers.Recognition;

namespace VirtualEnergy.P2P.Tests;

/// <summary>
/// Minutes of appliances' runs by seed, each with powers, lengths, phases and noise of its own. They are made from what such machines do by
/// their data sheets (elements of 1.8 to 2.3 kW, drums of 100 to 300 W, compressors of 60 to 160 W), not from measurements. Some of each do what the
/// others of their kind do not: cold washes, defrosting, a dishwasher that dries without heat, a boiler that heats again, a kettle boiled twice.
/// </summary>
internal static class GeneratedRuns
{
    public static readonly ApplianceKind[] Kinds =
        [ApplianceKind.Refrigerator, ApplianceKind.WashingMachine, ApplianceKind.Dishwasher, ApplianceKind.Dryer, ApplianceKind.WaterHeater, ApplianceKind.Kettle, ApplianceKind.Unknown];

    /// <summary>W of each minute; for <see cref="ApplianceKind.Unknown"/> something that is none of the others: a television, a computer, an iron, an oven, a vacuum cleaner.</summary>
    public static List<long> Make(ApplianceKind kind, Random random)
    {
        var run = new List<long>();
        void Phase(int minutes, long watts, int noisePercent = 5)
        {
            for (var i = 0; i < minutes; i++)
            {
                run.Add(Math.Max(0, watts + watts * random.Next(-noisePercent, noisePercent + 1) / 100));
            }
        }

        void Cycle(int minutes, int on, int off, long high, long low)
        {
            for (var i = 0; i < minutes; i++)
            {
                Phase(1, i % (on + off) < on ? high : low);
            }
        }

        bool Sometimes(int percent) => random.Next(100) < percent;
        int From(int least, int most) => random.Next(least, most + 1);
        switch (kind)
        {
            case ApplianceKind.Refrigerator:
                Phase(1, From(150, 290)); // a starting compressor draws more
                Phase(From(8, 45), From(60, 160), 8);
                if (Sometimes(10))
                {
                    Phase(From(10, 20), From(200, 280)); // defrosts
                }

                break;
            case ApplianceKind.WashingMachine:
                Phase(From(2, 6), From(20, 120), 40);
                if (!Sometimes(15))
                {
                    Phase(From(6, 25), From(1_800, 2_200)); // else a cold wash
                }

                Cycle(From(25, 70), 2, 1, From(100, 300), From(12, 60));
                Phase(From(0, 8), 15);
                Phase(From(5, 12), From(300, 700), 30);
                break;
            case ApplianceKind.Dishwasher:
                Phase(From(3, 10), From(40, 90), 20);
                Phase(From(10, 25), From(1_800, 2_200));
                Phase(From(20, 60), From(40, 90), 20);
                if (!Sometimes(15))
                {
                    Phase(From(8, 20), From(1_800, 2_200)); // else it opens its door to dry
                }

                Phase(From(5, 30), From(12, 60), 20);
                break;
            case ApplianceKind.Dryer when random.Next(2) == 0: // with a heat pump
                Phase(From(1, 3), From(200, 400));
                Phase(From(60, 150), From(550, 900), 10);
                Phase(From(2, 8), From(150, 250));
                break;
            case ApplianceKind.Dryer:
                Cycle(Sometimes(10) ? From(12, 24) : From(45, 100), From(8, 14), From(1, 3), From(1_900, 2_500), From(200, 300));
                Phase(From(3, 8), From(150, 250));
                break;
            case ApplianceKind.WaterHeater:
                if (Sometimes(15))
                {
                    Cycle(From(20, 60), From(4, 7), From(6, 10), From(1_100, 2_000), 0); // keeps warm
                }
                else
                {
                    Phase(From(12, 150), From(1_100, 2_000), 3);
                }

                break;
            case ApplianceKind.Kettle:
                Phase(From(2, 6), From(1_500, 2_300), 3);
                if (Sometimes(10))
                {
                    Phase(From(3, 9), 0);
                    Phase(From(1, 3), From(1_500, 2_300), 3); // boiled again
                }

                break;
            default:
                switch (random.Next(5))
                {
                    case 0:
                        Phase(From(30, 240), From(60, 180), 60); // television
                        break;
                    case 1:
                        Phase(From(60, 500), From(80, 350), 50); // computer
                        break;
                    case 2:
                        Cycle(From(15, 60), 1, From(1, 4), From(1_600, 2_400), 0); // iron
                        break;
                    case 3:
                        Phase(From(8, 14), From(2_000, 2_500)); // oven, heats up, then holds its temperature
                        Cycle(From(15, 70), From(1, 2), From(2, 4), From(2_000, 2_500), From(25, 60));
                        break;
                    default:
                        Phase(From(5, 30), From(600, 900), 15); // vacuum cleaner
                        break;
                }

                break;
        }

        return run;
    }

    /// <summary>How often each kind is taken for each: rows and columns in the order of <see cref="Kinds"/>.</summary>
    public static int[,] Confusion(int runsEach, int seed)
    {
        var random = new Random(seed);
        var matrix = new int[Kinds.Length, Kinds.Length];
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            for (var i = 0; i < runsEach; i++)
            {
                matrix[kind, Array.IndexOf(Kinds, Recognise(Make(Kinds[kind], random)))]++;
            }
        }

        return matrix;
    }

    // By way of the recorder, as readings of a plug come: one a minute, then quiet.
    private static ApplianceKind Recognise(List<long> watts)
    {
        var (recorder, at) = (new RunRecorder(), new DateTimeOffset(2026, 11, 29, 6, 0, 0, TimeSpan.Zero));
        foreach (var minute in watts.Concat(Enumerable.Repeat(0L, RunRecorder.QuietMinutes + 3)))
        {
            if (recorder.Add(at, minute) is { } run)
            {
                return ApplianceRecognition.Recognise(run);
            }

            at = at.AddMinutes(1);
        }

        return ApplianceKind.Unknown;
    }
}
