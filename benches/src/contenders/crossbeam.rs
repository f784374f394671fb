use crossbeam_channel::{Receiver, Select, Sender, bounded};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, OnThread, on_threads, sent};
use crate::payload::Payload;
use crate::plan::{Job, Layout, Worlds};
use crate::stage::{Stage, fan_in, mpmc};

pub(super) struct Crossbeam;

impl Contender for Crossbeam {
    const NAME: &'static str = "crossbeam";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Threads if matches!(job.plan.layout, Layout::FanIn { .. }) => {
                let any = |rxs: Vec<OnThread<_>>| OnThread(Any(rxs.into_iter().map(|rx| rx.0).collect()));
                fan_in(job, |room| on_threads(bounded::<T>(room)), any)
            }
            Worlds::Threads => mpmc(job, |room| on_threads(bounded::<T>(room))),
            _ => None,
        }
    }
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

/// Several channels as one: whichever has something.
struct Any<T>(Vec<Receiver<T>>);

impl<T: Payload> BlockingRx<T> for Any<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        while !self.0.is_empty() {
            let mut select = Select::new();
            for rx in &self.0 {
                select.recv(rx);
            }
            let ready = select.select();
            let index = ready.index();
            match ready.recv(&self.0[index]) {
                Ok(value) => return Some(value),
                Err(_) => drop(self.0.swap_remove(index)),
            }
        }
        None
    }
}
