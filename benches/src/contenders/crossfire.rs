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
            Layout::FanIn { .. } => None,
        }
    }
}

fn of_one_and_one<T: Payload>(job: &Job) -> Option<Stage> {
    match job.plan.worlds {
        Worlds::Threads => stage::spsc(job, |room| on_threads(spsc::bounded_blocking::<T>(room))),
        Worlds::Tasks => stage::spsc(job, |room| in_tasks(spsc::bounded_async::<T>(room))),
        Worlds::ThreadToTask => stage::spsc(job, |room| thread_to_task(spsc::bounded_blocking_async::<T>(room))),
        Worlds::TaskToThread => stage::spsc(job, |room| task_to_thread(spsc::bounded_async_blocking::<T>(room))),
    }
}

fn of_many_and_one<T: Payload>(job: &Job) -> Option<Stage> {
    match job.plan.worlds {
        Worlds::Threads => stage::mpsc(job, |room| on_threads(mpsc::bounded_blocking::<T>(room))),
        Worlds::Tasks => stage::mpsc(job, |room| in_tasks(mpsc::bounded_async::<T>(room))),
        Worlds::ThreadToTask => stage::mpsc(job, |room| thread_to_task(mpsc::bounded_blocking_async::<T>(room))),
        Worlds::TaskToThread => stage::mpsc(job, |room| task_to_thread(mpsc::bounded_async_blocking::<T>(room))),
    }
}

fn of_many_and_many<T: Payload>(job: &Job) -> Option<Stage> {
    match job.plan.worlds {
        Worlds::Threads => stage::mpmc(job, |room| on_threads(mpmc::bounded_blocking::<T>(room))),
        Worlds::Tasks => stage::mpmc(job, |room| in_tasks(mpmc::bounded_async::<T>(room))),
        Worlds::ThreadToTask => stage::mpmc(job, |room| thread_to_task(mpmc::bounded_blocking_async::<T>(room))),
        Worlds::TaskToThread => stage::mpmc(job, |room| task_to_thread(mpmc::bounded_async_blocking::<T>(room))),
    }
}
