using System.CommandLine;
using VirtualEnergy.P2P.Node;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary><c>tso</c>: the use case of the aggregator alone, with everything about it simulated but the gateway.</summary>
internal static class TsoDemoCommand
{
    public static Command Create()
    {
        var defaults = new TsoDemoOptions();
        var homes = new Option<int>("--homes") { Description = "Homes of the unit; 1 MW, the market's least, takes about a thousand.", DefaultValueFactory = _ => defaults.Homes };
        var customers = new Option<int>("--customers") { Description = "Telecontrol units that they stand behind.", DefaultValueFactory = _ => defaults.Customers };
        var seed = new Option<int>("--seed") { Description = "The homes follow from it.", DefaultValueFactory = _ => defaults.Seed };
        var speed = new Option<int>("--speed") { Description = "Times faster than real time.", DefaultValueFactory = _ => defaults.Speed };
        var vanish = new Option<int>("--vanish") { Description = "Homes that leave without a word during the order, in percent.", DefaultValueFactory = _ => defaults.VanishPercent };
        var order = new Option<int?>("--order") { Description = "The order's power upward in kW; 60 % of what was sold where it is not given." };
        var hold = new Option<int>("--hold") { Description = "How long the order is held after its ramp, in minutes of the simulation.", DefaultValueFactory = _ => defaults.HoldMinutes };
        var headless = new Option<bool>("--headless") { Description = "Open no browser." };
        var json = new Option<bool>("--json") { Description = "Print the summary as one JSON object, last." };
        var keep = new Option<bool>("--keep") { Description = "Leave the pages up afterwards, until Ctrl-C: orders sent from the system operator's page are carried out." };
        var port = new Option<int>("--port") { Description = "Port of the aggregator's pages, the system operator's at the next one; 0 takes free ones." };
        var command = new Command("tso", """
            A unit of simulated homes, telecontrolled by a simulated transmission system operator through the real gateway: the day before its program is
            frozen and its flexibility offered, in the evening an order comes, is ramped, held while homes vanish, released, measured and paid.
              dotnet run --project devnet -- tso
              dotnet run --project devnet -- tso --speed 1 --keep
              dotnet run --project devnet -- tso --homes 1000 --customers 10 --headless --json
            """)
        {
            homes, customers, seed, speed, vanish, order, hold, headless, json, keep, port,
        };
        command.SetAction((parsed, cancellation) => TsoDemo.RunAsync(
            Checked(new TsoDemoOptions
            {
                Homes = parsed.GetValue(homes),
                Customers = parsed.GetValue(customers),
                Seed = parsed.GetValue(seed),
                Speed = parsed.GetValue(speed),
                VanishPercent = parsed.GetValue(vanish),
                OrderKilowatts = parsed.GetValue(order),
                HoldMinutes = parsed.GetValue(hold),
                Headless = parsed.GetValue(headless),
                Json = parsed.GetValue(json),
                Keep = parsed.GetValue(keep),
                Port = parsed.GetValue(port),
            }),
            cancellation));
        return command;
    }

    private static TsoDemoOptions Checked(TsoDemoOptions options)
    {
        Require(options.Customers is >= 1 and <= 1_000, $"--customers {options.Customers}: 1 to 1000.");
        Require(options.Homes >= options.Customers && options.Homes <= 20_000, $"--homes {options.Homes}: at least one for each customer, and at most 20000.");
        Require((options.Homes + options.Customers - 1) / options.Customers <= 9_999, $"--homes {options.Homes}: a telecontrol unit has at most 9999 homes; take more --customers.");
        Require(options.Speed is >= 1 and <= 100, $"--speed {options.Speed}: 1 (real time) to 100.");
        Require(options.VanishPercent is >= 0 and <= 90, $"--vanish {options.VanishPercent}: 0 to 90 percent.");
        Require(options.OrderKilowatts is null or >= 1 and <= 100_000, $"--order {options.OrderKilowatts}: 1 to 100000 kW.");
        Require(options.HoldMinutes is >= 1 and <= 90, $"--hold {options.HoldMinutes}: 1 to 90 minutes.");
        Require(options.Port is >= 0 and <= 65_534, $"--port {options.Port}: 1 to 65534, or 0 for free ones.");
        return options;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new UserErrorException(message);
        }
    }
}
