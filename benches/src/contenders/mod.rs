//! The channels that are compared: one file each, behind one trait.

mod async_channel;
mod crossbeam;
mod crossfire;
mod crossfire_ends;
mod fanring;
mod fanring_ends;
mod flume;
mod hel;
mod hel_rs;
mod hel_rs_ends;
mod hel_rs_shards;
mod hel_shards;
mod hel_spsc;
mod kanal;
mod rtrb;
mod std;
mod tachyonix;
mod tokio;

use crate::payload::{Block, Payload, Size, Wide};
use crate::plan::{Audited, FAN_IN, Job, Layout, Motion, Route};
use crate::stage::Stage;

/// A channel that takes part.
pub(crate) trait Contender {
    const NAME: &'static str;
    /// It has shards of its own. Else sharded works are done twice: by an array of channels, and by
    /// one channel that all share.
    const SHARDS: bool = false;
    /// It has a verb for many values at once, at one end at least.
    const BATCHES: bool = false;
    /// Not a channel: what the machine allows.
    const LIMIT: bool = false;
    /// With several consumers, values of one producer may be received out of order.
    const RELAXED: bool = false;

    /// Opens what the job asks for; `None` if this channel cannot do it.
    fn stage<T: Payload>(job: &Job) -> Option<Stage>;
}

/// How a contender does a sharded work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    AsPlanned,
    Array,
    Shared,
}

/// A contender as it enters one work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    name: &'static str,
    form: Form,
    limit: bool,
    shards: bool,
    batches: bool,
    relaxed: bool,
    open: fn(&Job) -> Option<Stage>,
}

impl Entry {
    const fn of<C: Contender>() -> Self {
        Self {
            name: C::NAME,
            form: Form::AsPlanned,
            limit: C::LIMIT,
            shards: C::SHARDS,
            batches: C::BATCHES,
            relaxed: C::RELAXED,
            open: open::<C>,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self.form {
            Form::AsPlanned => self.name.to_owned(),
            Form::Array => format!("{} array", self.name),
            Form::Shared => format!("{} shared", self.name),
        }
    }

    /// Ours, to be compared with the others.
    pub(crate) fn is_hel(&self) -> bool {
        self.name == hel::Hel::NAME
    }

    /// Not a channel, and so no part of the ratios.
    pub(crate) fn is_limit(&self) -> bool {
        self.limit
    }

    pub(crate) fn stage(&self, job: &Job) -> Option<Stage> {
        let mut job = *job;
        // The one channel has as much room as all shards together.
        match (self.form, job.plan.layout) {
            (Form::Shared, Layout::Sharded { shards, .. }) => {
                job.plan.layout = Layout::Shared { producers: shards, consumers: shards };
                job.plan.capacity *= shards;
            }
            (Form::Shared, Layout::FanIn { shards }) => {
                job.plan.layout = Layout::Shared { producers: FAN_IN, consumers: 1 };
                job.plan.capacity *= shards;
            }
            _ => {}
        }
        let many_to_one = matches!(job.plan.layout, Layout::FanIn { .. });
        let many = matches!(job.plan.layout, Layout::Shared { consumers: 2.., .. });
        if job.audit == Audited::InOrder && (many_to_one || many && self.relaxed) {
            // Nobody says in which order the shards are emptied.
            job.audit = Audited::Whole;
        }
        (self.open)(&job)
    }

    /// The forms in which this contender can do the job.
    fn forms(self, job: &Job) -> Vec<Self> {
        if matches!(job.plan.motion, Motion::Batches(_)) && !self.batches {
            return Vec::new();
        }
        let forms: &[Form] = match job.plan.layout {
            // Of one channel that all share, each consumer gets some values of each key: not what was asked for.
            Layout::Sharded { route: Route::Keyed, .. } if !self.shards => &[Form::Array],
            Layout::Sharded { .. } | Layout::FanIn { .. } if !self.shards => &[Form::Array, Form::Shared],
            _ => &[Form::AsPlanned],
        };
        let entries = forms.iter().map(|&form| Self { form, ..self });
        entries.filter(|entry| entry.stage(job).is_some()).collect()
    }
}

fn open<C: Contender>(job: &Job) -> Option<Stage> {
    match job.plan.payload {
        Size::Bytes8 => C::stage::<u64>(job),
        Size::Bytes80 => C::stage::<Wide>(job),
        Size::Bytes1024 => C::stage::<Block>(job),
    }
}

const ALL: [Entry; 12] = [
    Entry::of::<hel::Hel>(),
    Entry::of::<hel_rs::HelRs>(),
    Entry::of::<crossbeam::Crossbeam>(),
    Entry::of::<flume::Flume>(),
    Entry::of::<kanal::Kanal>(),
    Entry::of::<crossfire::Crossfire>(),
    Entry::of::<async_channel::AsyncChannel>(),
    Entry::of::<tokio::Tokio>(),
    Entry::of::<std::Std>(),
    Entry::of::<fanring::Fanring>(),
    Entry::of::<tachyonix::Tachyonix>(),
    Entry::of::<rtrb::Rtrb>(),
];

/// Everyone who can do the job, hel first.
pub(crate) fn able(job: &Job) -> Vec<Entry> {
    ALL.into_iter().flat_map(|entry| entry.forms(job)).collect()
}
