//! A channel, the tasks at its ends, and what goes wrong there.

use std::mem::{forget, take};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::ends::{Again, Ends, Handle, Kind, Lent, Needs, Operation, Rx, Shard, Tx};
use super::support::rng::Rng;
use super::support::waker::{HostileWaker, Trap};
use super::support::{Ledger, poll_with};
use super::{Item, quiet};

/// An operation with the handle that it is on, and gives back: a handle that was dropped together with the result could
/// take it along in a panic, since Rust leaks what a function returns if one of its locals panics then.
type Running = Pin<Box<dyn Future<Output = (Vec<Item>, Held)>>>;

/// A handle that is only kept.
enum Held {
    Tx(Handle<dyn Tx>),
    Rx(Handle<dyn Rx>),
}

/// An operation polled by hand, with a waker that may panic.
struct Task {
    operation: Running,
    needs: Needs,
    receives: bool,
    waker: Arc<HostileWaker>,
    seen: usize,
    fresh: bool,
}

impl Task {
    fn new(operation: Running, needs: Needs, receives: bool, waker: Arc<HostileWaker>) -> Self {
        Self { operation, needs, receives, waker, seen: 0, fresh: true }
    }

    fn is_woken(&self) -> bool {
        self.fresh || self.waker.wakes() > self.seen
    }

    /// Polls it once: what it gives, and whether anything panicked.
    fn poll(&mut self) -> (Option<(Vec<Item>, Held)>, bool) {
        (self.fresh, self.seen) = (false, self.waker.wakes());
        let (waker, mut polled) = (self.waker.waker(), Poll::Pending);
        let panicked = quiet(|| polled = poll_with(&mut self.operation, &waker));
        // By itself, since it may panic too.
        let panicked = panicked | quiet(|| drop(waker));
        (if let Poll::Ready(output) = polled { Some(output) } else { None }, panicked)
    }
}

/// How often each thing was seen to happen, so that a fault which no seed reaches is found out.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    panics: usize,
    forgotten: usize,
    closed: usize,
    gone: usize,
    waited: usize,
    served: usize,
}

impl Seen {
    pub(crate) fn all(&self) -> [usize; 6] {
        [self.panics, self.forgotten, self.closed, self.gone, self.waited, self.served]
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.panics += other.panics;
        self.forgotten += other.forgotten;
        self.closed += other.closed;
        self.gone += other.gone;
        self.waited += other.waited;
        self.served += other.served;
    }
}

pub(crate) struct World {
    // Before the handles, which some of them borrow.
    tasks: Vec<Task>,
    tx: Vec<Lent<dyn Tx>>,
    rx: Vec<Lent<dyn Rx>>,
    shards: usize,
    /// Every waker there was.
    wakers: Vec<Arc<HostileWaker>>,
    rng: Rng,
    ledger: Ledger,
    /// Whether futures are forgotten: a wake-up then waits for the next operation.
    forgets: bool,
    seen: Seen,
    /// For messages.
    name: String,
}

const TASKS: usize = 10;

impl World {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let Ends { tx, rx, shards } = kind.ends(&mut rng);
        let (tasks, wakers) = (Vec::new(), Vec::new());
        let (ledger, seen, name) = (Ledger::new(), Seen::default(), format!("{kind:?}, seed {seed}"));
        Self { tasks, tx, rx, shards, wakers, rng, ledger, forgets: seed % 2 == 1, seen, name }
    }

    pub(crate) fn steps(&mut self) {
        for _ in 0..self.rng.below(24) {
            match self.rng.below(14) {
                0..4 => self.start(),
                4..6 => self.poll_any(),
                6 => self.drop_any(),
                7..9 => self.try_one(),
                9 => self.change_handles(),
                10 => self.poll_end(),
                11 if self.forgets => self.forget_one(),
                11..13 => self.set_trap(),
                _ => self.run(),
            }
        }
    }

    fn item(&mut self) -> Item {
        let counted = if self.rng.one_in(4) { self.ledger.panicking() } else { self.ledger.value() };
        let sends = self.rng.one_in(4);
        let to = self.tx.first().filter(|_| sends).map(Handle::<dyn Tx>::of);
        let again = to.map(|to| Again { to, ledger: self.ledger.clone() });
        Item { key: self.rng.next(), _counted: counted, again }
    }

    fn waker(&mut self) -> Arc<HostileWaker> {
        let waker = HostileWaker::new();
        self.wakers.push(Arc::clone(&waker));
        waker
    }

    /// Some handle of an end.
    fn any<E: ?Sized>(rng: &mut Rng, ends: &[Lent<E>]) -> Option<Lent<E>> {
        if ends.is_empty() { None } else { Some(Rc::clone(&ends[rng.below(ends.len())])) }
    }

    fn start(&mut self) {
        if self.tasks.len() == TASKS {
            return;
        }
        let waker = self.waker();
        let receives = self.rng.one_in(2);
        let task = if receives { self.start_recv() } else { self.start_send() };
        self.tasks.extend(task.map(|(operation, needs)| Task::new(operation, needs, receives, waker)));
    }

    #[expect(clippy::await_holding_refcell_ref, reason = "a handle that is lent is lent for the whole operation")]
    fn start_send(&mut self) -> Option<(Running, Needs)> {
        let lent = Self::any(&mut self.rng, &self.tx)?;
        let mut handle = Handle::<dyn Tx>::of(&lent);
        let items: Vec<_> = (0..self.rng.below(4)).map(|_| self.item()).collect();
        let needs = match &items[..] {
            [] => Some(Needs::Close),
            [item] => handle.with(|tx| tx.needs(item)),
            _ => handle.with(|tx| tx.batch_needs()),
        };
        let Some(needs) = needs else {
            items.into_iter().for_each(|item| self.discard(item));
            return None;
        };
        let operation = Box::pin(async move {
            let left = match &mut handle {
                Handle::Own(tx) => send_by(&mut **tx, items).await,
                Handle::Lent(lent) => match lent.try_borrow_mut() {
                    Ok(mut tx) => send_by(&mut **tx, items).await,
                    Err(_) => items,
                },
            };
            (left, Held::Tx(handle))
        });
        Some((operation, needs))
    }

    #[expect(clippy::await_holding_refcell_ref, reason = "as in `start_send`")]
    fn start_recv(&mut self) -> Option<(Running, Needs)> {
        let lent = Self::any(&mut self.rng, &self.rx)?;
        let mut handle = Handle::<dyn Rx>::of(&lent);
        let max = 1 + self.rng.below(3);
        let needs = handle.with(|rx| rx.needs())?;
        let operation = Box::pin(async move {
            let got = match &mut handle {
                Handle::Own(rx) => receive_by(&mut **rx, max).await,
                Handle::Lent(lent) => match lent.try_borrow_mut() {
                    Ok(mut rx) => receive_by(&mut **rx, max).await,
                    Err(_) => Vec::new(),
                },
            };
            (got, Held::Rx(handle))
        });
        Some((operation, needs))
    }

    /// Polls the task at `at`. It goes when it is ready or has panicked, as with any executor.
    fn poll_at(&mut self, at: usize) {
        let (output, panicked) = self.tasks[at].poll();
        self.seen.panics += usize::from(panicked);
        if panicked || output.is_some() {
            self.seen.served += usize::from(output.is_some());
            let task = self.tasks.swap_remove(at);
            self.discard(task);
            if let Some((items, held)) = output {
                items.into_iter().for_each(|item| self.discard(item));
                match held {
                    Held::Tx(tx) => self.discard(tx),
                    Held::Rx(rx) => self.discard(rx),
                }
            }
        }
    }

    /// Polls those that were woken until none is.
    fn run(&mut self) {
        while let Some(at) = self.tasks.iter().position(Task::is_woken) {
            self.poll_at(at);
        }
    }

    fn poll_any(&mut self) {
        if !self.tasks.is_empty() {
            let at = self.rng.below(self.tasks.len());
            self.poll_at(at);
        }
    }

    /// A task gives up.
    fn drop_any(&mut self) {
        if !self.tasks.is_empty() {
            let task = self.tasks.swap_remove(self.rng.below(self.tasks.len()));
            self.discard(task);
        }
    }

    /// Drops something whose drop may panic.
    fn discard<T>(&mut self, value: T) {
        self.seen.panics += usize::from(quiet(|| drop(value)));
    }

    /// An operation that waits for nothing.
    fn try_one(&mut self) {
        let (count, is_send) = (1 + self.rng.below(3), self.rng.one_in(2));
        let mut items: Vec<_> = (0..if is_send { count } else { 0 }).map(|_| self.item()).collect();
        let (tx, rx) = (Self::any(&mut self.rng, &self.tx), Self::any(&mut self.rng, &self.rx));
        let mut got = Vec::new();
        let panicked = quiet(|| match (is_send, count, tx, rx) {
            (true, 1, Some(tx), _) => {
                let left = items.pop().and_then(|item| match tx.try_borrow_mut() {
                    Ok(mut tx) => tx.try_send(item).err(),
                    Err(_) => Some(item),
                });
                items.extend(left);
            }
            (true, _, Some(tx), _) => _ = tx.try_borrow_mut().map(|mut tx| tx.try_send_batch(&mut items)),
            (false, 1, _, Some(rx)) => got.extend(rx.try_borrow_mut().ok().and_then(|mut rx| rx.try_recv())),
            (false, _, _, Some(rx)) => _ = rx.try_borrow_mut().map(|mut rx| rx.try_recv_batch(&mut got)),
            _ => {}
        });
        self.seen.panics += usize::from(panicked);
        items.into_iter().chain(got).for_each(|item| self.discard(item));
    }

    /// A handle is polled itself, and keeps its place; nobody is sure to poll it again.
    fn poll_end(&mut self) {
        let (waker, mut item) = (self.waker(), Some(self.item()));
        if self.rng.one_in(4) {
            waker.set(Trap::Clone);
        }
        let (is_send, task) = (self.rng.one_in(2), waker.waker());
        let cx = &mut Context::from_waker(&task);
        let (tx, rx) = (Self::any(&mut self.rng, &self.tx), Self::any(&mut self.rng, &self.rx));
        let mut got = None;
        let panicked = quiet(|| match (is_send, tx, rx) {
            (true, Some(tx), _) => _ = tx.try_borrow_mut().map(|mut tx| tx.poll(cx, &mut item)),
            (false, _, Some(rx)) => got = rx.try_borrow_mut().ok().and_then(|mut rx| rx.poll(cx)),
            _ => {}
        });
        self.seen.panics += usize::from(panicked);
        self.discard(task);
        item.into_iter().chain(got).for_each(|item| self.discard(item));
    }

    /// A future is forgotten after some polls, the last of which was not ready.
    fn forget_one(&mut self) {
        let (waker, mut item, polls) = (self.waker(), Some(self.item()), self.rng.below(3));
        let is_send = self.rng.one_in(2);
        let (tx, rx) = (Self::any(&mut self.rng, &self.tx), Self::any(&mut self.rng, &self.rx));
        let mut got = Vec::new();
        let mut forgotten = false;
        let panicked = quiet(|| match (is_send, tx, rx) {
            (true, Some(tx), _) => {
                _ = tx
                    .try_borrow_mut()
                    .map(|mut tx| forgotten = forget_after(tx.send_ref(&mut item), polls, &waker).is_none());
            }
            (false, _, Some(rx)) => {
                let polled = rx.try_borrow_mut().ok().map(|mut rx| forget_after(rx.recv(), polls, &waker));
                forgotten = matches!(polled, Some(None));
                got.extend(polled.flatten().into_iter().flatten());
            }
            _ => {}
        });
        self.seen.panics += usize::from(panicked);
        self.seen.forgotten += usize::from(forgotten);
        item.into_iter().chain(got).for_each(|item| self.discard(item));
    }

    /// Sets a trap in a waker that somebody may hold.
    fn set_trap(&mut self) {
        let trap = [Trap::Wake, Trap::Clone, Trap::Drop][self.rng.below(3)];
        let held: Vec<_> = self.wakers.iter().filter(|waker| waker.held() > 0).collect();
        if !held.is_empty() {
            held[self.rng.below(held.len())].set(trap);
        }
    }

    /// Handles come and go, and once in a while the channel is closed.
    fn change_handles(&mut self) {
        match self.rng.below(12) {
            0..4 => {
                let another = Self::any(&mut self.rng, &self.tx).and_then(|tx| tx.try_borrow().ok()?.another());
                self.tx.extend(another.map(|tx| Rc::new(tx.into())));
            }
            4..8 => {
                let another = Self::any(&mut self.rng, &self.rx).and_then(|rx| rx.try_borrow().ok()?.another());
                self.rx.extend(another.map(|rx| Rc::new(rx.into())));
            }
            8 if self.rng.one_in(2) => {
                let tx = self.tx.pop();
                self.seen.gone += usize::from(tx.is_some() && self.tx.is_empty());
                self.discard(tx);
            }
            9 if self.rng.one_in(2) => {
                let rx = self.rx.pop();
                self.seen.gone += usize::from(rx.is_some() && self.rx.is_empty());
                self.discard(rx);
            }
            10 if self.rng.one_in(6) => {
                let (tx, rx) = (Self::any(&mut self.rng, &self.tx), Self::any(&mut self.rng, &self.rx));
                self.seen.closed += 1;
                let panicked = quiet(|| match (&tx, &rx) {
                    (Some(tx), _) => _ = tx.try_borrow().map(|tx| tx.close()),
                    (_, Some(rx)) => _ = rx.try_borrow().map(|rx| rx.close()),
                    _ => {}
                });
                // Whoever panicked when told of it: the handle's shards are closed, all of them.
                let look = |at| match (&tx, &rx) {
                    (Some(tx), _) => tx.try_borrow().ok()?.look(at),
                    (_, Some(rx)) => rx.try_borrow().ok()?.look(at),
                    _ => None,
                };
                let open = (0..self.shards).filter_map(look).filter(|shard| !shard.closed).count();
                assert_eq!(open, 0, "{}: shards are open after a close", self.name);
                self.seen.panics += usize::from(panicked);
            }
            _ => {}
        }
    }

    /// A shard as the first handle sees it that reaches it and is not lent.
    fn look(&self, shard: usize) -> Option<Shard> {
        let from_tx = self.tx.iter().find_map(|tx| tx.try_borrow().ok()?.look(shard));
        from_tx.or_else(|| self.rx.iter().find_map(|rx| rx.try_borrow().ok()?.look(shard)))
    }

    /// Whoever waits when nobody is awake, waits with reason.
    pub(crate) fn settle(&mut self) {
        loop {
            self.run();
            let before = self.tasks.len();
            if self.forgets {
                // What a forgotten future was woken for is found by the next operation on its side.
                self.tasks.iter_mut().for_each(|task| task.fresh = true);
                self.run();
            }
            if self.tasks.len() == before {
                break;
            }
        }
        self.seen.waited += usize::from(!self.tasks.is_empty());
        let shards: Vec<_> = (0..self.shards).map(|shard| self.look(shard)).collect();
        for task in &self.tasks {
            self.assert_waits_with_reason(task, &shards);
        }
    }

    fn assert_waits_with_reason(&self, task: &Task, shards: &[Option<Shard>]) {
        // What no handle sees is taken to be no reason to go on.
        let any = |goes: fn(&Shard) -> bool| shards.iter().flatten().any(goes);
        let all = |goes: fn(&Shard) -> bool| shards.iter().all(|shard| shard.as_ref().is_some_and(goes));
        let of = |at: usize, goes: fn(&Shard) -> bool| shards[at].as_ref().is_some_and(goes);
        let (item, room) = (Shard::has_item as fn(&Shard) -> bool, Shard::has_room as fn(&Shard) -> bool);
        let goes = all(|shard| shard.closed && shard.len == 0)
            || match (task.needs, task.receives) {
                (Needs::Shard(at), true) => of(at, item) || of(at, |shard| shard.closed),
                (Needs::Shard(at), false) => of(at, room) || of(at, |shard| shard.closed),
                (Needs::Any, true) => any(item),
                (Needs::Any, false) => any(room) || all(|shard| shard.closed),
                (Needs::All, _) => all(|shard| shard.closed || shard.len < shard.capacity),
                (Needs::Close, _) => all(|shard| shard.closed),
            };
        assert!(!goes, "{}: somebody sleeps who needs {:?} beside {shards:?}", self.name, task.needs);
    }

    /// All goes, in any order: nothing is left, and nothing was dropped twice.
    pub(crate) fn end(mut self) -> Seen {
        take(&mut self.tasks).into_iter().for_each(|task| self.discard(task));
        if self.rng.one_in(2) {
            take(&mut self.tx).into_iter().for_each(|tx| self.discard(tx));
        }
        take(&mut self.rx).into_iter().for_each(|rx| self.discard(rx));
        take(&mut self.tx).into_iter().for_each(|tx| self.discard(tx));
        let (name, alive) = (&self.name, self.ledger.alive());
        assert_eq!(alive, 0, "{name}: values are left");
        self.ledger.assert_each_dropped_once();
        assert!(self.wakers.iter().all(|waker| waker.held() == 0), "{name}: a waker is held by nobody");
        self.seen
    }
}

/// One value by itself, many as a batch; none: waits for the close.
async fn send_by(tx: &mut dyn Tx, mut items: Vec<Item>) -> Vec<Item> {
    match items.len() {
        0 => tx.closed().await,
        1 => tx.send(items.remove(0)).await,
        _ => tx.send_batch(items).await,
    }
}

async fn receive_by(rx: &mut dyn Rx, max: usize) -> Vec<Item> {
    if max == 1 { rx.recv().await } else { rx.recv_batch(max).await }
}

/// Polls so often, and forgets it if it is not ready by then.
fn forget_after(mut operation: Operation<'_>, polls: usize, waker: &Arc<HostileWaker>) -> Option<Vec<Item>> {
    let waker = waker.waker();
    for _ in 0..polls {
        if let Poll::Ready(items) = poll_with(&mut operation, &waker) {
            return Some(items);
        }
    }
    forget(operation);
    None
}
