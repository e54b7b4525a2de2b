using VirtualEnergy.P2P.Node.Drivers.SunSpec;

namespace VirtualEnergy.P2P.Tests;

/// <summary>Registers of nonsense, by seed: what every model must read or refuse by name. The tests take a few, the fuzz command a million.</summary>
internal static class SunSpecNoise
{
    private static readonly int[] Models = [1, 101, 103, 111, 113, 120, 123, 124, 201, 204, 701, 702, 713];

    // What not implemented looks like, ends of ranges, and scale factors.
    private static readonly ushort[] Likely = [0, 1, 0xFFFF, 0x8000, 0x7FFF, 10, 0xFFF6, 0xFFFE, 0x7FC0, 0x7F80, 0xFF80, 100];

    /// <summary>One block of one model.</summary>
    /// <returns>Whether it was read; when not, it was refused as it must be.</returns>
    public static bool ReadOne(Random random)
    {
        var registers = new ushort[random.Next(0, 130)];
        var chaos = random.Next(3);
        for (var i = 0; i < registers.Length; i++)
        {
            registers[i] = chaos == 0 || random.Next(8) == 0 ? (ushort)random.Next(65_536) : Likely[random.Next(chaos == 1 ? Likely.Length : 2)];
        }

        var model = Models[random.Next(Models.Length)];
        try
        {
            ReadAs(model, new RegisterBlock(model, registers));
            return true;
        }
        catch (SunSpecException)
        {
            return false;
        }
    }

    public static void ReadAs(int model, RegisterBlock block)
    {
        switch (model)
        {
            case CommonModel.Id:
                CommonModel.Read(block);
                break;
            case NameplateModel.Id:
                NameplateModel.Read(block);
                break;
            case ControlsModel.Id:
                ControlsModel.Read(block);
                break;
            case StorageModel.Id:
                StorageModel.Read(block);
                break;
            case >= 201 and <= 204:
                MeterModel.Read(block);
                break;
            case DerModels.Measurement:
                DerModels.ReadMeasurement(block);
                break;
            case DerModels.Capacity:
                DerModels.ReadCapacity(block);
                break;
            case DerModels.Storage:
                DerModels.ReadStorage(block);
                DerModels.CapacityOf(block);
                break;
            default:
                InverterModel.Read(model, block);
                break;
        }
    }
}
