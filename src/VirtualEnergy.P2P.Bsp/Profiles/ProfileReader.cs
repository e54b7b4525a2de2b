using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>What a file was: a profile, or the reason why it is none.</summary>
/// <param name="Profile">Null when refused.</param>
/// <param name="Refusal">Null when taken: the field, what is wrong and what would be right.</param>
public readonly record struct ProfileReading(MarketProfile? Profile, string? Refusal);

/// <summary>Profiles from JSON. A file is taken whole or refused; nothing in it makes the reader throw.</summary>
public static class ProfileReader
{
    /// <summary>Larger files are not looked at, 64 KiB.</summary>
    public const int MostBytes = 1 << 16;

    private const int Day = 86_400;

    // 1 million EUR/MWh: ten times what any market in Europe lets be bid, so that amounts never come near 64 bits.
    private const long MostPrice = 1_000_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 6 };

    private static readonly Dictionary<string, PointKind> Kinds = new()
    {
        ["consumption"] = PointKind.Consumption, ["production"] = PointKind.Production, ["mixed"] = PointKind.Mixed,
    };

    public static ProfileReading Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MostBytes)
        {
            return new ProfileReading(null, $"The profile is larger than {MostBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(file, Strict);
            return new ProfileReading(Profile(document.RootElement), null);
        }
        catch (ProfileException wrong)
        {
            return new ProfileReading(null, wrong.Message);
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return new ProfileReading(null, $"Not JSON with each field once: {notJson.Message}");
        }
    }

    private static MarketProfile Profile(JsonElement root)
    {
        var sources = new List<FigureSource>();
        var fields = new ProfileFields(root, "", sources);
        var profile = new MarketProfile
        {
            Name = Name(fields),
            Title = fields.Text("title"),
            Grid = Grid(fields),
            MinimumSize = fields.Figure("minimumSize", "W", 1, 1_000_000_000),
            SizeStep = fields.Figure("sizeStep", "W", 1, 1_000_000_000),
            MostSteps = (int)fields.Figure("mostSteps", "steps", 1, 32),
            PreparationSeconds = (int)fields.Figure("preparation", "s", 0, Day),
            RampSeconds = (int)fields.Figure("ramp", "s", 1, Day),
            HoldingSeconds = (int)fields.Figure("holding", "s", 1, Day),
            Gates = [.. fields.Objects("gates", 1, 16).Select(Gate)],
            Pricing = fields.Choice("pricing", new Dictionary<string, PricingRule> { ["pay-as-bid"] = PricingRule.PayAsBid, ["marginal"] = PricingRule.Marginal }),
            PriceTick = new Price(fields.Figure("priceTick", "µEUR/kWh", 1, MostPrice)),
            PriceFloor = new Price(fields.Figure("priceFloor", "µEUR/kWh", -MostPrice, MostPrice)),
            PriceCap = new Price(fields.Figure("priceCap", "µEUR/kWh", -MostPrice, MostPrice)),
            DeclarationLeadSeconds = (int)fields.Figure("declarationLead", "s", 0, 30 * Day),
            DeclarationLongestSeconds = (int)fields.Figure("declarationLongest", "s", 1, 400 * Day),
            TelemetrySeconds = (int)fields.Figure("telemetry", "s", 1, 3600),
            TolerancePermille = (int)fields.Figure("tolerance", "permille", 0, 1000),
            UndeliveredPermille = (int)fields.Figure("undelivered", "permille", 0, 10_000),
            UndeliveredLeast = new Price(fields.Figure("undeliveredLeast", "µEUR/kWh", 0, MostPrice)),
            CapacityPerMegawattHour = new Money(fields.Figure("capacity", "µEUR/(MW·h)", 0, 10_000_000_000)),
            Baseline = Baseline(fields.Object("baseline")),
            Classes = [.. fields.Objects("classes", 1, 16).Select(Class)],
            Zones = [.. fields.Texts("zones", 0, 64)],
            Sources = [],
        };
        fields.Done();
        Check(profile, fields);
        return profile with { Sources = [.. sources] };
    }

    private static string Name(ProfileFields fields) =>
        fields.Text("name") is { Length: > 0 and <= 32 } name && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-')
            ? name : throw fields.Wrong("name", "must be 1 to 32 of a–z, 0–9 and -");

    private static PeriodGrid Grid(ProfileFields fields) =>
        fields.Figure("period", "s", 1, Day) is var seconds && seconds is 300 or 900 or 1800 or 3600
            ? new PeriodGrid((int)seconds) : throw fields.Wrong("period", "must be 300, 900, 1800 or 3600 s");

    private static GateClosure Gate(ProfileFields fields)
    {
        var name = fields.Text("name");
        GateClosure gate;
        if (fields.Has("dayBefore"))
        {
            // Between 2 and 3 in the morning clocks change; a gate there would be twofold or none.
            gate = TimeOnly.TryParseExact(fields.Text("dayBefore"), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Hour >= 3
                ? new GateClosure(name, time, 0) : throw fields.Wrong("dayBefore", "must be a time from 03:00 to 23:59");
        }
        else
        {
            gate = new GateClosure(name, null, (int)fields.Integer("secondsBefore", 0, Day));
        }

        fields.TakeSource();
        fields.Done();
        return gate;
    }

    private static BaselineRule Baseline(ProfileFields fields)
    {
        var rule = new BaselineRule(
            fields.Word("method", new Dictionary<string, BaselineMethod> { ["declared"] = BaselineMethod.Declared, ["similar-days"] = BaselineMethod.SimilarDays }),
            (int)fields.Integer("days", 1, 60),
            (int)fields.Integer("ofDays", 1, 60),
            fields.Word("selection", new Dictionary<string, DaySelection> { ["highest"] = DaySelection.Highest, ["middle"] = DaySelection.Middle }),
            (int)fields.Integer("lookBackDays", 1, 366),
            (int)fields.Integer("adjustFromSeconds", 0, Day),
            (int)fields.Integer("adjustUntilSeconds", 0, Day),
            (int)fields.Integer("adjustMostPermille", 0, 10_000));
        fields.TakeSource();
        fields.Done();
        return rule.Days > rule.OfDays ? throw fields.Wrong("days", "must not be more than ofDays")
            : rule.AdjustFromSeconds > 0 && rule.AdjustUntilSeconds >= rule.AdjustFromSeconds ? throw fields.Wrong("adjustUntilSeconds", "must be less than adjustFromSeconds")
            : rule;
    }

    private static UnitClass Class(ProfileFields fields)
    {
        var unitClass = new UnitClass(
            fields.Text("code") is { Length: > 0 and <= 16 } code ? code : throw fields.Wrong("code", "must be 1 to 16 characters"),
            fields.Word("perimeter", new Dictionary<string, Perimeter> { ["zone"] = Perimeter.Zone, ["node"] = Perimeter.Node }),
            [.. fields.Texts("kinds", 1, 3).Select(kind => Kinds.TryGetValue(kind, out var known) ? known : throw fields.Wrong("kinds", $"must hold {string.Join(", ", Kinds.Keys)}"))]);
        fields.TakeSource();
        fields.Done();
        return unitClass;
    }

    /// <summary>What no single figure shows.</summary>
    private static void Check(MarketProfile profile, ProfileFields fields)
    {
        if (profile.MinimumSize % profile.SizeStep != 0)
        {
            throw fields.Wrong("minimumSize", "must be a multiple of sizeStep");
        }

        if (profile.PriceFloor > profile.PriceCap)
        {
            throw fields.Wrong("priceFloor", "must not be above priceCap");
        }

        if (profile.PriceFloor.MicroEurPerKWh % profile.PriceTick.MicroEurPerKWh != 0 || profile.PriceCap.MicroEurPerKWh % profile.PriceTick.MicroEurPerKWh != 0)
        {
            throw fields.Wrong("priceTick", "must divide priceFloor and priceCap");
        }

        if (profile.Gates.Select(gate => gate.Name).Distinct().Count() < profile.Gates.Length)
        {
            throw fields.Wrong("gates", "must have different names");
        }

        if (profile.Classes.Select(unitClass => unitClass.Code).Distinct().Count() < profile.Classes.Length)
        {
            throw fields.Wrong("classes", "must have different codes");
        }
    }
}
