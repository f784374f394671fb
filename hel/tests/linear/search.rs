//! Searches a history for an order in which a bounded queue would have done the same.
//!
//! The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993): of the operations that no other
//! one wholly precedes, try each as the next. As in Lowe's "Testing for linearizability" (2017), a state of the search that
//! was met before is not searched again.

use std::collections::HashSet;

use super::history::{Event, History, VALUES, Value, What};

/// What Empty and Full may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// There is no value, there is no room.
    Strict,
    /// As P1 and P7 promise: or the value at the head is still being sent, or the slot at the tail is still being
    /// received from, by an operation that had not ended when this one began.
    Promised,
}

/// Whether a queue could have done this.
pub(crate) fn linearizable(history: &History, rules: Rules) -> bool {
    Search::new(history, rules).go()
}

struct Search<'h> {
    history: &'h History,
    rules: Rules,
    /// How many events of each process have their place in the order.
    placed: Vec<usize>,
    /// All values pushed so far, in order, and how many of them were popped.
    pushed: Vec<Value>,
    popped: usize,
    closed: bool,
    /// When the push and the pop of each value ended.
    push_ends: [u32; VALUES],
    pop_ends: [u32; VALUES],
    met: HashSet<u64>,
}

impl<'h> Search<'h> {
    fn new(history: &'h History, rules: Rules) -> Self {
        let mut search = Self {
            history,
            rules,
            placed: vec![0; history.processes.len()],
            pushed: Vec::new(),
            popped: 0,
            closed: false,
            push_ends: [0; VALUES],
            pop_ends: [0; VALUES],
            met: HashSet::new(),
        };
        for event in history.processes.iter().flatten() {
            match event.what {
                What::Push(value) => search.push_ends[usize::from(value)] = event.end,
                What::Pop(value) => search.pop_ends[usize::from(value)] = event.end,
                _ => {}
            }
        }
        search
    }

    fn next(&self, process: usize) -> Option<&'h Event> {
        self.history.processes[process].get(self.placed[process])
    }

    /// Whether what is left can be put in order.
    fn go(&mut self) -> bool {
        let processes = self.history.processes.len();
        // Whatever began after something had ended comes after it.
        let Some(first_end) = (0..processes).filter_map(|process| self.next(process)).map(|event| event.end).min()
        else {
            return true;
        };
        if !self.met.insert(self.state()) {
            return false;
        }
        for process in 0..processes {
            let Some(event) = self.next(process).filter(|event| event.start < first_end) else { continue };
            if self.allows(event) {
                self.put(event.what);
                self.placed[process] += 1;
                if self.go() {
                    return true;
                }
                self.placed[process] -= 1;
                self.take_back(event.what);
            }
        }
        false
    }

    /// All that the rest of the search depends on: what is placed, which says how many were pushed and popped, and the
    /// values in the last slots.
    fn state(&self) -> u64 {
        let mut state = 0;
        for placed in &self.placed {
            assert!(*placed < 1 << 5, "a process with too many events");
            state = (state << 5) | *placed as u64;
        }
        for value in self.pushed.iter().rev().take(self.history.capacity) {
            state = (state << 7) | (u64::from(*value) + 1);
        }
        state
    }

    fn len(&self) -> usize {
        self.pushed.len() - self.popped
    }

    /// Whether a queue could do this now.
    fn allows(&self, event: &Event) -> bool {
        let capacity = self.history.capacity;
        match event.what {
            What::Push(_) => !self.closed && self.len() < capacity,
            What::Full => !self.closed && (self.len() == capacity || self.tail_is_busy(event)),
            What::Refused => self.closed,
            What::Pop(value) => self.len() > 0 && self.pushed[self.popped] == value,
            What::Empty => self.len() == 0 && !self.closed || self.len() > 0 && self.head_is_busy(event),
            What::Drained => self.closed && self.len() == 0,
            What::Close => !self.closed,
        }
    }

    /// The value at the head is there, but its sender may not have come back from sending it.
    fn head_is_busy(&self, event: &Event) -> bool {
        let head = self.pushed[self.popped];
        self.rules == Rules::Promised && self.push_ends[usize::from(head)] > event.start
    }

    /// The slot at the tail is free, but the one who received from it may not have come back.
    fn tail_is_busy(&self, event: &Event) -> bool {
        let Some(at) = self.pushed.len().checked_sub(self.history.capacity) else { return false };
        self.rules == Rules::Promised && self.pop_ends[usize::from(self.pushed[at])] > event.start
    }

    fn put(&mut self, what: What) {
        match what {
            What::Push(value) => self.pushed.push(value),
            What::Pop(_) => self.popped += 1,
            What::Close => self.closed = true,
            What::Full | What::Refused | What::Empty | What::Drained => {}
        }
    }

    fn take_back(&mut self, what: What) {
        match what {
            What::Push(_) => _ = self.pushed.pop(),
            What::Pop(_) => self.popped -= 1,
            What::Close => self.closed = false,
            What::Full | What::Refused | What::Empty | What::Drained => {}
        }
    }
}

mod tests {
    use super::super::history::What::{self, Close, Drained, Empty, Full, Pop, Push, Refused};
    use super::{Event, History, Rules, linearizable};

    /// One process's events, as (start, what, end).
    type Events<'a> = &'a [(u32, What, u32)];

    fn history(capacity: usize, processes: &[Events<'_>]) -> History {
        let event = |&(start, what, end): &(u32, What, u32)| Event { start, end, what };
        let events = |events: &Events<'_>| events.iter().map(event).collect();
        History { capacity, processes: processes.iter().map(events).collect() }
    }

    #[track_caller]
    fn accepted(capacity: usize, processes: &[Events<'_>]) {
        assert!(linearizable(&history(capacity, processes), Rules::Strict));
        assert!(linearizable(&history(capacity, processes), Rules::Promised));
    }

    #[track_caller]
    fn excepted(capacity: usize, processes: &[Events<'_>]) {
        assert!(!linearizable(&history(capacity, processes), Rules::Strict));
        assert!(linearizable(&history(capacity, processes), Rules::Promised));
    }

    #[track_caller]
    fn rejected(capacity: usize, processes: &[Events<'_>]) {
        assert!(!linearizable(&history(capacity, processes), Rules::Promised));
    }

    #[test]
    fn what_a_queue_does_is_accepted() {
        accepted(1, &[]);
        accepted(
            2,
            &[&[(0, Empty, 1), (2, Push(1), 3), (4, Push(2), 5), (6, Full, 7), (8, Pop(1), 9), (10, Pop(2), 11)]],
        );
        accepted(1, &[&[(0, Push(1), 1), (2, Close, 3), (4, Refused, 5), (6, Pop(1), 7), (8, Drained, 9)]]);
    }

    #[test]
    fn what_overlaps_may_come_in_any_order() {
        accepted(2, &[&[(0, Push(1), 3)], &[(1, Push(2), 2)], &[(4, Pop(1), 5), (6, Pop(2), 7)]]);
        accepted(2, &[&[(0, Push(1), 3)], &[(1, Push(2), 2)], &[(4, Pop(2), 5), (6, Pop(1), 7)]]);
        accepted(1, &[&[(0, Push(1), 2)], &[(1, Pop(1), 3)]]);
        accepted(1, &[&[(0, Push(1), 2)], &[(1, Empty, 3), (4, Pop(1), 5)]]);
        accepted(1, &[&[(0, Push(1), 1), (2, Push(2), 5)], &[(3, Pop(1), 4), (6, Pop(2), 7)]]);
        accepted(1, &[&[(0, Push(1), 2), (3, Pop(1), 4)], &[(1, Close, 5), (6, Drained, 7)]]);
    }

    #[test]
    fn order_is_kept() {
        rejected(2, &[&[(0, Push(1), 1), (2, Push(2), 3)], &[(4, Pop(2), 5), (6, Pop(1), 7)]]);
        rejected(2, &[&[(0, Push(1), 1)], &[(2, Push(2), 3)], &[(4, Pop(2), 5), (6, Pop(1), 7)]]);
        rejected(2, &[&[(0, Push(1), 1), (2, Push(2), 3)], &[(4, Pop(2), 5)], &[(6, Pop(1), 7)]]);
    }

    #[test]
    fn nothing_is_lost_or_doubled_or_made_up() {
        rejected(1, &[&[(0, Push(1), 1), (2, Close, 3)], &[(4, Drained, 5)]]);
        rejected(2, &[&[(0, Push(1), 1)], &[(2, Pop(1), 3), (4, Pop(1), 5)]]);
        rejected(2, &[&[(0, Push(1), 1)], &[(2, Pop(2), 3)]]);
        rejected(2, &[&[(2, Push(1), 3)], &[(0, Pop(1), 1)]]);
    }

    #[test]
    fn capacity_is_exact() {
        rejected(1, &[&[(0, Push(1), 1), (2, Push(2), 3)], &[(4, Pop(1), 5), (6, Pop(2), 7)]]);
        rejected(2, &[&[(0, Push(1), 1), (2, Full, 3)]]);
    }

    #[test]
    fn a_close_is_final() {
        rejected(1, &[&[(0, Close, 1)], &[(2, Push(1), 3)]]);
        rejected(1, &[&[(0, Refused, 1)], &[(2, Close, 3)]]);
        rejected(1, &[&[(0, Drained, 1)], &[(2, Close, 3)]]);
        rejected(1, &[&[(0, Close, 1)], &[(2, Empty, 3)]]);
        rejected(1, &[&[(0, Close, 1)], &[(2, Full, 3)]]);
        rejected(1, &[&[(0, Push(1), 1), (2, Close, 3), (4, Full, 5)]]);
        rejected(1, &[&[(0, Close, 1), (2, Close, 3)]]);
    }

    /// P1's exception on the receiving side: the head is half-way pushed, and a whole push stands behind it.
    #[test]
    fn empty_may_miss_what_stands_behind_a_hole() {
        let behind =
            |first: What| history(2, &[&[(0, Push(1), 7)], &[(1, Push(2), 2)], &[(3, first, 4), (8, Pop(1), 9)]]);
        assert!(!linearizable(&behind(Empty), Rules::Strict));
        assert!(linearizable(&behind(Empty), Rules::Promised));
        assert!(!linearizable(&behind(Drained), Rules::Promised));
        // Also when the channel has been closed: it is not drained.
        excepted(2, &[&[(0, Push(1), 9)], &[(1, Push(2), 2), (3, Close, 4)], &[(5, Empty, 6), (10, Pop(1), 11)]]);
    }

    #[test]
    fn empty_may_not_miss_more_than_that() {
        // The push at the head has ended.
        rejected(2, &[&[(0, Push(1), 1)], &[(2, Empty, 3)]]);
        // It has, and the one behind it has not.
        rejected(2, &[&[(0, Push(1), 1), (2, Push(2), 9)], &[(3, Empty, 4)]]);
        // The one half-way comes second in every order, as what is received shows.
        rejected(2, &[&[(0, Push(1), 7)], &[(1, Push(2), 2)], &[(3, Empty, 4), (8, Pop(2), 9), (10, Pop(1), 11)]]);
    }

    /// The same on the sending side: the slot at the tail is half-way popped, and others came free meanwhile.
    #[test]
    fn full_may_miss_room_behind_a_hole() {
        let filled: Events<'_> = &[(0, Push(1), 1), (2, Push(2), 3)];
        excepted(2, &[filled, &[(4, Pop(1), 11)], &[(5, Pop(2), 6)], &[(7, Full, 8)]]);
    }

    #[test]
    fn full_may_not_miss_more_than_that() {
        let filled: Events<'_> = &[(0, Push(1), 1), (2, Push(2), 3)];
        // The pop of the slot at the tail has ended.
        rejected(2, &[filled, &[(4, Pop(1), 5)], &[(7, Full, 8)]]);
        // It has, and the one behind it has not.
        rejected(2, &[filled, &[(4, Pop(1), 5)], &[(6, Pop(2), 11)], &[(7, Full, 8)]]);
        // Nothing was ever in that slot.
        rejected(3, &[filled, &[(4, Pop(1), 11)], &[(7, Full, 8)]]);
    }
}
