//! It has a kind of channel for each number of ends and each pair of worlds; a work gets the narrowest that fits.

use crossfire::{mpmc, mpsc, spsc};

use super::Contender;
use crate::ends::{in_tasks, on_threads, task_to_thread, thread_to_task};
use crate::payload::Payload;
use crate::plan::{Job, Layout, Worlds};
use crate::stage::{self, Stage};

pub(super) struct Crossfire;

impl Contender for Crossfire {
    const NAME: &'static str = "crossfire";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.layout {
            Layout::Pairs(_) => of_one_and_one::<T>(job),
            Layout::Shared { producers: 2.., consumers: 1 } | Layout::Sharded { .. } => of_many_and_one::<T>(job),
            Layout::Shared { .. } => of_many_and_many::<T>(job),
        }
    }
}

fn of_one_and_one<T: Payload>(job: &Job) -> Option<Stage> {
    let capacity = job.capacity();
    match job.plan.worlds {
        Worlds::Threads => stage::spsc(job, || on_threads(spsc::bounded_blocking::<T>(capacity))),
        Worlds::Tasks => stage::spsc(job, || in_tasks(spsc::bounded_async::<T>(capacity))),
        Worlds::ThreadToTask => stage::spsc(job, || thread_to_task(spsc::bounded_blocking_async::<T>(capacity))),
        Worlds::TaskToThread => stage::spsc(job, || task_to_thread(spsc::bounded_async_blocking::<T>(capacity))),
    }
}

fn of_many_and_one<T: Payload>(job: &Job) -> Option<Stage> {
    let capacity = job.capacity();
    match job.plan.worlds {
        Worlds::Threads => stage::mpsc(job, || on_threads(mpsc::bounded_blocking::<T>(capacity))),
        Worlds::Tasks => stage::mpsc(job, || in_tasks(mpsc::bounded_async::<T>(capacity))),
        Worlds::ThreadToTask => stage::mpsc(job, || thread_to_task(mpsc::bounded_blocking_async::<T>(capacity))),
        Worlds::TaskToThread => stage::mpsc(job, || task_to_thread(mpsc::bounded_async_blocking::<T>(capacity))),
    }
}

fn of_many_and_many<T: Payload>(job: &Job) -> Option<Stage> {
    let capacity = job.capacity();
    match job.plan.worlds {
        Worlds::Threads => stage::mpmc(job, || on_threads(mpmc::bounded_blocking::<T>(capacity))),
        Worlds::Tasks => stage::mpmc(job, || in_tasks(mpmc::bounded_async::<T>(capacity))),
        Worlds::ThreadToTask => stage::mpmc(job, || thread_to_task(mpmc::bounded_blocking_async::<T>(capacity))),
        Worlds::TaskToThread => stage::mpmc(job, || task_to_thread(mpmc::bounded_async_blocking::<T>(capacity))),
    }
}
