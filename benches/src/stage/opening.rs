//! Works that send nothing: what a channel costs before anybody uses it.

use std::fs;
use std::hint::black_box;

use super::{Stage, Worker};
use crate::plan::{Job, Motion};
use crate::tally::Tally;

/// Opens a channel of so many items.
pub(crate) trait Open<Tx, Rx>: Fn(usize) -> (Tx, Rx) + Copy + Send + 'static {}

impl<Tx, Rx, F: Fn(usize) -> (Tx, Rx) + Copy + Send + 'static> Open<Tx, Rx> for F {}

/// The stage, if the job is to open channels and nothing else.
pub(super) fn opening<Tx: 'static, Rx: 'static>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage> {
    let (count, capacity) = (job.messages, job.plan.capacity);
    let work: super::ThreadWork = match job.plan.motion {
        Motion::Create => Box::new(move || {
            (0..count).for_each(|_| drop(black_box(open(black_box(capacity)))));
            Tally { count, ..Tally::default() }
        }),
        Motion::Keep => Box::new(move || {
            let mut kept = Vec::with_capacity(count as usize);
            let before = resident();
            kept.extend((0..count).map(|_| open(capacity)));
            let bytes = resident().saturating_sub(before);
            Tally { count, bytes: bytes / count.max(1), ..Tally::default() }
        }),
        _ => return None,
    };
    Some(Stage { workers: vec![Worker::Thread(work)], expected: None })
}

/// How much memory this process has in use, in bytes; 0 where the system does not say.
fn resident() -> u64 {
    let pages = |text: String| text.split_whitespace().nth(1)?.parse::<u64>().ok();
    let page = rustix::param::page_size() as u64;
    fs::read_to_string("/proc/self/statm").ok().and_then(pages).map_or(0, |pages| pages * page)
}
