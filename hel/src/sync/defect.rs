//! Defects that a model can put in, to show that it would find them.

/// One way in which an earlier draft of the protocol, or a careless version of it, loses a wake-up or a value.
///
/// The code asks [`defect`] at the line concerned; each variant has a model that must fail when it is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The registering `fetch_or` sets FENCED itself, before any heavy barrier has returned.
    FencedByFetchOr,
    /// A notifier tests WAITING on the gate's first load, not on the one after its fence.
    WaitingOnFirstLoad,
    /// FENCED is set after the heavy barrier without asking whether the era is still the same.
    FencedWithoutEra,
    /// The receiver of an SPSC channel closes without a heavy barrier before it seals.
    SpscCloseWithoutHeavy,
    /// The last receiver goes without a heavy barrier before it drains again.
    LastReceiverWithoutHeavy,
    /// A waiter that finds FENCED registers without a full fence.
    NoFenceInRegister,
    /// A waiter that leaves does not hand on.
    NoHandOn,
    /// A waiter that leaves looks first and leaves the queue afterwards.
    LookBeforeLeave,
    /// A waiter that was popped, registers again and then leaves does not hand on.
    TokenForgotten,
    /// The queue is unlocked without settling the debts that came meanwhile.
    DebtsWithoutSettle,
    /// A look tries the ring first and loads CLOSED afterwards.
    RingBeforeClosed,
    /// A leaver's look does not count "closed and drained" as something that a peer waits for.
    DrainedNotReady,
    /// An SPSC receiver closes without SEALED, and its sender without LAST.
    SpscNoSealedLast,
    /// An SPSC sender goes on publishing after it has seen CLOSED.
    SpscSendsOnAfterClosed,
    /// A shard's notifier that sees a waiter there tells nobody who waits for any shard.
    ShardBeforeAny,
    /// The close of a shard wakes nobody who waits for any shard.
    CloseWithoutAny,
    /// Who waited for any shard looks at the first one only when it leaves.
    LeaverLooksAtOneShard,
    /// Who waits for any shard sleeps when no hint is set.
    SleepsOnHints,
    /// A keyed batch uses up the wake-ups for shards that it has no use for.
    KeyedBatchNotChoosy,
    /// Who ends the era of a one-owner side does not look whether the owner has sat down meanwhile.
    EraEndsUnseen,
    /// A task that gives way does not wake itself.
    GivesWayUnwoken,
    /// An exclusive popper marks head by a load and a store.
    ExclusiveByStore,
    /// A receiver becomes exclusive, and its plain handle goes, without acquiring what those did that have gone.
    ExclusiveWithoutAcquire,
    /// A receiver becomes exclusive without asking whether there are others.
    ExclusiveBesideOthers,
    /// A weak receiver is upgraded beside an exclusive one.
    UpgradeBesideExclusive,
}

/// Whether this build runs with the defect `which`: never, and nothing is left of the question.
#[cfg(not(any(hel_loom, hel_shuttle)))]
#[inline(always)]
pub(crate) const fn defect(which: Defect) -> bool {
    let _ = which;
    false
}

/// Whether the model that runs now has the defect `which` put in.
#[cfg(hel_loom)]
pub(crate) fn defect(which: Defect) -> bool {
    super::model::knobs::knobs().defects.contains(&Some(which))
}

/// Whether the model that runs now has the defect `which` put in.
#[cfg(hel_shuttle)]
pub(crate) fn defect(which: Defect) -> bool {
    super::shuttle::knobs::knobs().defects.contains(&Some(which))
}
