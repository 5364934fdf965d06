//! The phases of a connection.

/// A phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Phase {
    /// It has sent nothing yet.
    New,
    /// It waits for the next request.
    Idle,
    /// Receiving request headers.
    Head,
    /// A handler waits for the rest of the request body. Counts from the end of the request headers, so that a slow drip
    /// does not extend it.
    Body,
    /// Handling the request.
    Answering,
    /// Sending the response.
    Answered,
    /// The response is sent, and the server discards the rest of the request.
    Lingering,
}

impl Phase {
    const ALL: [Self; 7] = [
        Self::New,
        Self::Idle,
        Self::Head,
        Self::Body,
        Self::Answering,
        Self::Answered,
        Self::Lingering,
    ];
}

/// A phase, and the tick at which it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl Moment {
    const BITS: u32 = 3;
    pub(super) const NEVER: Self = Self(u64::MAX);

    pub(super) fn new(phase: Phase, tick: u64) -> Self {
        Self(tick << Self::BITS | phase as u64)
    }

    pub(super) fn phase(self) -> Phase {
        let bits = self.0 & ((1 << Self::BITS) - 1);
        Phase::ALL[usize::try_from(bits).unwrap_or_default()]
    }

    pub(super) fn tick(self) -> u64 {
        self.0 >> Self::BITS
    }

    /// For an atomic variable.
    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// The reverse of [`Moment::bits`].
    pub(super) fn of_bits(bits: u64) -> Self {
        Self(bits)
    }
}
