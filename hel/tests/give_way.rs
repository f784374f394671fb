//! A task that finds nothing may let the others of its executor run once, before it registers. Seen from outside: a poll
//! that is pending has woken its own waker.
#![cfg(not(hel_loom))]

mod support;

use std::task::Poll;

use support::waker::CountingWaker;
use support::{limit, poll_with};

/// More waits than go by before a task tries it.
const PLENTY: usize = 1_000;

/// Polls a receive on an empty channel until one gives way, and lets the next look succeed: from then on that is trusted.
macro_rules! trusting {
    ($tx:ident, $rx:ident) => {{
        let woken = (0..PLENTY).position(|n| {
            let counting = CountingWaker::new();
            let mut receiving = $rx.recv_async();
            assert!(poll_with(&mut receiving, &counting.waker()).is_pending());
            let gave_way = counting.wakes() > 0;
            $tx.try_send(n).unwrap();
            assert_eq!(poll_with(&mut receiving, &counting.waker()), Poll::Ready(Ok(n)));
            gave_way
        });
        assert!(woken.is_some(), "it is tried now and then");
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
