//! A task that finds nothing may let the others of its executor run once, before it registers. Seen from outside: a poll
//! that is pending has woken its own waker.
#![cfg(not(hel_loom))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{limit, poll_with};

/// More waits than go by before a task tries it.
const PLENTY: usize = 1_000;

/// Receives from an empty channel that gets its value between two polls, until giving way is tried, and then for a while, so
/// that it is fully trusted.
macro_rules! trusting {
    ($tx:ident, $rx:ident) => {{
        let mut tried = 0;
        for n in 0..PLENTY {
            let counting = CountingWaker::new();
            let mut receiving = $rx.recv_async();
            assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
            tried += usize::from(counting.wakes() > 0);
            $tx.try_send(n).unwrap();
            assert_eq!(poll_with(&mut receiving, &counting.waker()), Poll::Ready(Ok(n)));
        }
        assert!(tried > PLENTY / 2, "once tried with success it is done again");
    }};
}

/// The same for both kinds of channels, each as a test of its own.
macro_rules! on_both {
    ($($name:ident |$tx:ident, $rx:ident| $body:block)*) => {
        mod shared {
            use super::*;
            $(#[test]
            fn $name() {
                limit(|| {
                    let ($tx, $rx) = hel::bounded::<usize>(4);
                    $body
                });
            })*
        }
        mod one_to_one {
            use super::*;
            $(#[test]
            fn $name() {
                limit(|| {
                    #[allow(unused_mut)]
                    let (mut $tx, mut $rx) = hel::channel::spsc::bounded::<usize>(4);
                    $body
                });
            })*
        }
    };
}

on_both! {
    where_it_helps_it_is_done_again |tx, rx| {
        trusting!(tx, rx);
        for n in 0..100 {
            let counting = CountingWaker::new();
            let mut receiving = rx.recv_async();
            assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
            assert_eq!((counting.wakes(), counting.held()), (1, 0), "it wakes itself, and is not registered");
            tx.try_send(n).unwrap();
            assert_eq!(counting.wakes(), 1, "nobody waits");
            assert_eq!(poll_with(&mut receiving, &counting.waker()), Poll::Ready(Ok(n)));
        }
    }

    in_vain_it_registers_at_its_next_poll |tx, rx| {
        trusting!(tx, rx);
        let counting = CountingWaker::new();
        let mut receiving = rx.recv_async();
        assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
        assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
        assert_eq!(counting.wakes(), 1);
        tx.try_send(7).unwrap();
        assert_eq!(counting.wakes(), 2, "woken by the send");
        assert_eq!(poll_with(&mut receiving, &counting.waker()), Poll::Ready(Ok(7)));
    }

    where_it_is_always_in_vain_it_is_hardly_ever_done |tx, rx| {
        trusting!(tx, rx);
        let vain = (0..PLENTY).filter(|_| {
            let counting = CountingWaker::new();
            let mut receiving = rx.recv_async();
            assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
            let gave_way = counting.wakes() > 0;
            assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
            gave_way
        });
        assert!(vain.count() <= PLENTY / 50);
        tx.try_send(1).unwrap();
        assert_eq!(rx.try_recv(), Ok(1));
    }

    dropped_after_giving_way_it_has_nothing_to_hand_on |tx, rx| {
        trusting!(tx, rx);
        let (gone, stays) = (CountingWaker::new(), CountingWaker::new());
        {
            let mut dropped = rx.recv_async();
            assert!(poll_with(&mut dropped, &gone.waker()).is_pending());
        }
        let mut receiving = rx.recv_async();
        while stays.held() == 0 {
            assert!(poll_with(&mut receiving, &stays.waker()).is_pending());
        }
        let before = stays.wakes();
        tx.try_send(3).unwrap();
        assert_eq!((gone.wakes(), gone.held(), stays.wakes()), (1, 0, before + 1));
        assert_eq!(poll_with(&mut receiving, &stays.waker()), Poll::Ready(Ok(3)));
    }

    a_close_is_seen_after_giving_way |tx, rx| {
        trusting!(tx, rx);
        let counting = CountingWaker::new();
        let mut receiving = rx.recv_async();
        assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
        drop(tx);
        assert!(matches!(poll_with(&mut receiving, &counting.waker()), Poll::Ready(Err(_))));
    }

    a_look_in_passing_comes_to_rest |tx, rx| {
        trusting!(tx, rx);
        let counting = CountingWaker::new();
        let busy = (0..PLENTY).take_while(|_| {
            let before = counting.wakes();
            assert!(poll_with(&mut rx.recv_async(), &counting.waker()).is_pending());
            counting.wakes() > before
        });
        assert!(busy.count() < PLENTY / 10, "each poll wakes the task, which polls again");
        tx.try_send(0).unwrap();
    }

    a_waker_that_panics_leaves_it_as_it_is |tx, rx| {
        trusting!(tx, rx);
        let hostile = HostileWaker::new();
        hostile.set(Trap::Wake);
        let mut receiving = rx.recv_async();
        let polled = catch_unwind(AssertUnwindSafe(|| poll_with(&mut receiving, &hostile.waker()).is_pending()));
        assert!(polled.is_err(), "it woke itself");
        assert!(poll_with(&mut receiving, &hostile.waker()).is_pending());
        tx.try_send(8).unwrap();
        assert_eq!(poll_with(&mut receiving, &hostile.waker()), Poll::Ready(Ok(8)));
    }

    a_waker_that_panics_while_the_thread_unwinds_does_not_end_the_process |tx, rx| {
        trusting!(tx, rx);
        let hostile = HostileWaker::new();
        hostile.set(Trap::Wake);
        let payload = catch_unwind(AssertUnwindSafe(|| {
            let mut receiving = rx.recv_async();
            let _last = OnDrop(|| assert!(poll_with(&mut receiving, &hostile.waker()).is_pending()));
            panic!("the first");
        }));
        assert!(!hostile.is_set(), "it woke itself");
        assert_eq!(payload.unwrap_err().downcast_ref::<&str>(), Some(&"the first"));
        tx.try_send(8).unwrap();
    }

    senders_give_way_too |tx, rx| {
        (0..4).for_each(|n| tx.try_send(n).unwrap());
        let gave_way = (0..PLENTY).any(|_| {
            let counting = CountingWaker::new();
            let mut sending = tx.send_async(9);
            assert!(poll_with(&mut sending, &counting.waker()).is_pending());
            let gave_way = counting.wakes() > 0;
            rx.try_recv().unwrap();
            assert_eq!(poll_with(&mut sending, &counting.waker()), Poll::Ready(Ok(())));
            gave_way
        });
        assert!(gave_way, "it is tried now and then");
    }
}

/// Runs when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A handle that is polled and takes its poll back comes to rest as well.
#[test]
fn a_poll_taken_back_comes_to_rest() {
    limit(|| {
        let (tx, mut rx) = hel::channel::mpmc::round_robin::<usize, 4>(2);
        trusting!(tx, rx);
        let counting = CountingWaker::new();
        let waker = counting.waker();
        let busy = (0..PLENTY).take_while(|_| {
            let before = counting.wakes();
            assert!(rx.poll_recv(&mut Context::from_waker(&waker)).is_pending());
            rx.cancel_poll();
            counting.wakes() > before
        });
        assert!(busy.count() < PLENTY / 10);
    });
}

/// One that was woken from its place and found nothing, since one that gave way had taken it, makes the others stand in line.
#[test]
fn where_one_in_line_was_passed_over_nobody_gives_way() {
    limit(|| {
        let (tx, rx) = hel::bounded::<usize>(4);
        trusting!(tx, rx);
        let (in_line, passing) = (CountingWaker::new(), CountingWaker::new());
        let mut waits = rx.recv_async();
        while in_line.held() == 0 {
            assert!(poll_with(&mut waits, &in_line.waker()).is_pending());
        }
        tx.try_send(1).unwrap();
        assert_eq!(rx.try_recv(), Ok(1), "taken in passing");
        assert!(poll_with(&mut waits, &in_line.waker()).is_pending());
        drop(waits);
        assert!(poll_with(&mut rx.recv_async(), &passing.waker()).is_pending());
        assert_eq!(passing.wakes(), 0, "it stands in line");
    });
}

/// Who comes to others that wait stands in line with them, trust or not.
#[test]
fn where_others_wait_nobody_gives_way() {
    limit(|| {
        let (tx, rx) = hel::bounded::<usize>(4);
        trusting!(tx, rx);
        let (first, second) = (CountingWaker::new(), CountingWaker::new());
        let (mut one, mut two) = (rx.recv_async(), rx.recv_async());
        while first.held() == 0 {
            assert!(poll_with(&mut one, &first.waker()).is_pending());
        }
        assert!(poll_with(&mut two, &second.waker()).is_pending());
        assert_eq!((second.wakes(), second.held()), (0, 1));
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        assert_eq!(poll_with(&mut one, &first.waker()), Poll::Ready(Ok(1)));
        assert_eq!(poll_with(&mut two, &second.waker()), Poll::Ready(Ok(2)));
    });
}

/// Each number of polls, then dropped: what was sent is still there for the next one, who is woken for it.
#[test]
fn dropped_after_any_number_of_polls_it_takes_nothing_along() {
    limit(|| {
        for polls in 0..4 {
            let (tx, rx) = hel::bounded::<usize>(4);
            trusting!(tx, rx);
            let (gone, stays) = (CountingWaker::new(), CountingWaker::new());
            let mut dropped = rx.recv_async();
            for _ in 0..polls {
                assert!(poll_with(&mut dropped, &gone.waker()).is_pending());
            }
            let mut receiving = rx.recv_async();
            while stays.held() == 0 {
                assert!(poll_with(&mut receiving, &stays.waker()).is_pending());
            }
            tx.try_send(5).unwrap();
            drop(dropped);
            assert!(stays.wakes() > 0);
            assert_eq!(poll_with(&mut receiving, &stays.waker()), Poll::Ready(Ok(5)));
        }
    });
}
