namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>The storage that is told over S2: a simulated one, or a real one of the home. Levels in kWh.</summary>
public interface IStorageBehind
{
    /// <summary>Whether it is at home, and can be told anything.</summary>
    bool IsThere { get; }

    /// <summary>What it can do now, and what is expected of it; null while it does not say.</summary>
    StorageOffer? Offer { get; }

    /// <summary>kWh in it; null while it does not say.</summary>
    double? FillLevel { get; }

    /// <summary>What it draws now, W; + consumption, − production. Null while it does not say.</summary>
    double? Watts { get; }

    /// <summary>Charges or discharges from now on.</summary>
    /// <param name="watts">+ charging, − discharging; null leaves it to the storage itself.</param>
    /// <returns>Null when it does; else why not, in one line.</returns>
    ValueTask<string?> RunAsync(double? watts, CancellationToken stop);
}
