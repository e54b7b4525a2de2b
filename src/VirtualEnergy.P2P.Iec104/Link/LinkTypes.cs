namespace VirtualEnergy.P2P.Iec104.Link;

/// <summary>Which end of the connection this is.</summary>
public enum LinkRole
{
    /// <summary>Connects, starts and stops the transfer, sends commands.</summary>
    Controlling,

    /// <summary>Listens, and confirms.</summary>
    Controlled,
}

/// <summary>Where a connection stands.</summary>
public enum LinkState
{
    /// <summary>U frames only.</summary>
    Stopped = 0,

    /// <summary>STARTDT is asked for and not confirmed yet.</summary>
    Starting,

    /// <summary>ASDUs go both ways.</summary>
    Started,

    /// <summary>STOPDT is asked for; what is under way is still acknowledged.</summary>
    Stopping,
    Closed,
}

/// <summary>What reading from a link brought up.</summary>
public enum LinkEvent
{
    /// <summary>Nothing more in the input.</summary>
    None = 0,

    /// <summary>An ASDU.</summary>
    Asdu,

    /// <summary>The controlling station asks to start: <see cref="LinkSession.ConfirmStart"/> or <see cref="LinkSession.Close"/>.</summary>
    StartRequested,

    /// <summary>The controlled station has confirmed the start.</summary>
    Started,

    /// <summary>The transfer has stopped, on both sides.</summary>
    Stopped,

    /// <summary>The link is closed; <see cref="LinkSession.CloseReason"/> says why.</summary>
    Closed,
}

/// <summary>Why a connection was closed.</summary>
public enum LinkCloseReason
{
    None = 0,

    /// <summary>By this side's own will.</summary>
    Requested,

    /// <summary>The transport ended.</summary>
    TransportEnded,

    /// <summary>The bytes are no frame.</summary>
    BadFrame,

    /// <summary>N(S) is not the number awaited: a frame was lost, repeated or made up.</summary>
    SequenceGap,

    /// <summary>N(R) acknowledges what was never sent, or takes back what was acknowledged.</summary>
    AcknowledgementOutOfRange,

    /// <summary>An I frame while the transfer is stopped.</summary>
    NotStarted,

    /// <summary>A function that only the other role may ask for, or a confirmation that nobody asked for.</summary>
    UnexpectedFunction,

    /// <summary>t1 ran out on an I frame.</summary>
    AcknowledgementTimeout,

    /// <summary>t1 ran out on a STARTDT, STOPDT or TESTFR.</summary>
    ConfirmationTimeout,

    /// <summary>Another connection of the redundancy group is started, and the group does not let one take over.</summary>
    AnotherStationActive,

    /// <summary>Another connection of the redundancy group was started in this one's place.</summary>
    TakenOver,

    /// <summary>The peer asked for more than is kept for it.</summary>
    Flood,
}
