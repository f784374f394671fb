//! What happened: who did what, from when to when.

/// A value, by its number in the history; each is sent once.
pub(crate) type Value = u8;

/// More values than any history has.
pub(crate) const VALUES: usize = 128;

/// What one step of an operation came to. A batch is several steps, one after the other, over the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A value was sent.
    Push(Value),
    /// There was no room.
    Full,
    /// Closed, said to a sender.
    Refused,
    /// A value was received.
    Pop(Value),
    /// There was no value.
    Empty,
    /// Closed and nothing left, said to a receiver.
    Drained,
    /// The channel was closed by this call.
    Close,
}

/// One step, and the stamps before and after its operation. No two stamps of a history are the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) what: What,
}

/// What each process did, one thing after the other. What came to nothing, a future that was dropped, is left out.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) capacity: usize,
    pub(crate) processes: Vec<Vec<Event>>,
}

impl History {
    pub(crate) fn operations(&self) -> usize {
        self.processes.iter().map(Vec::len).sum()
    }

    /// How many of them were under way when one of another process was. Without any a history says little.
    pub(crate) fn overlapping(&self) -> usize {
        let elsewhere = |process: usize, event: &Event| {
            let others = self.processes.iter().enumerate().filter(|(other, _)| *other != process);
            others.flat_map(|(_, events)| events).any(|other| other.start < event.end && event.start < other.end)
        };
        let all = self.processes.iter().enumerate();
        all.map(|(process, events)| events.iter().filter(|event| elsewhere(process, event)).count()).sum()
    }
}
