//! Ends of every kind behind two traits, so that one world of faults is played on all of them.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hel::channel::mpmc::{ExclusiveReceiver, KeyFnSender, RoundRobinSender, ShardedReceiver};
use hel::channel::spsc;
use hel::{Builder, Receiver, Sender};

use super::support::Ledger;
use super::support::rng::Rng;
use super::{Item, quiet};

/// An operation under way: it gives what was received, or what could not be sent.
pub(crate) type Operation<'a> = Pin<Box<dyn Future<Output = Vec<Item>> + 'a>>;

/// What an operation waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// An item or room in this shard, or its end.
    Shard(usize),
    /// An item or room in any shard, or the end of all.
    Any,
    /// Nobody can say which: with room in all of them it goes on for sure.
    All,
    /// The end of all that this handle reaches.
    Close,
}

/// A shard as a bystander sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shard {
    pub(crate) len: usize,
    pub(crate) capacity: usize,
    pub(crate) closed: bool,
}

impl Shard {
    pub(crate) fn has_item(&self) -> bool {
        self.len > 0
    }

    pub(crate) fn has_room(&self) -> bool {
        !self.closed && self.len < self.capacity
    }
}

pub(crate) trait Tx {
    fn send(&mut self, item: Item) -> Operation<'_>;
    fn send_ref<'a>(&'a mut self, item: &'a mut Option<Item>) -> Operation<'a>;
    fn send_batch(&mut self, items: Vec<Item>) -> Operation<'_>;
    fn closed(&self) -> Operation<'_>;
    fn try_send(&mut self, item: Item) -> Result<(), Item>;
    fn try_send_batch(&mut self, items: &mut Vec<Item>);
    fn poll(&mut self, cx: &mut Context<'_>, item: &mut Option<Item>);
    fn close(&self);
    /// Another handle of the same end; none where there can be one only.
    fn another(&self) -> Option<Box<dyn Tx>>;
    fn needs(&self, item: &Item) -> Needs;
    fn batch_needs(&self) -> Needs;
    fn look(&self, shard: usize) -> Option<Shard>;
}

pub(crate) trait Rx {
    fn recv(&mut self) -> Operation<'_>;
    fn recv_batch(&mut self, max: usize) -> Operation<'_>;
    fn try_recv(&mut self) -> Option<Item>;
    fn try_recv_batch(&mut self, into: &mut Vec<Item>);
    fn poll(&mut self, cx: &mut Context<'_>) -> Option<Item>;
    fn close(&self);
    fn another(&self) -> Option<Box<dyn Rx>>;
    fn needs(&self) -> Needs;
    fn look(&self, shard: usize) -> Option<Shard>;
}

/// An end, and the number of its shard where it has only one of several.
struct Of<E>(E, usize);

type Key = for<'a> fn(&'a Item) -> &'a u64;

/// What is the same, word for word, for every sending end.
macro_rules! sending {
    () => {
        fn send(&mut self, item: Item) -> Operation<'_> {
            let send = self.0.send_async(item);
            Box::pin(async move { send.await.err().map(|error| error.into_inner()).into_iter().collect() })
        }

        fn send_ref<'a>(&'a mut self, item: &'a mut Option<Item>) -> Operation<'a> {
            let send = self.0.send_ref_async(item);
            Box::pin(async move {
                _ = send.await;
                Vec::new()
            })
        }

        fn send_batch(&mut self, mut items: Vec<Item>) -> Operation<'_> {
            Box::pin(async move {
                _ = self.0.send_batch_async(&mut items).await;
                items
            })
        }

        fn closed(&self) -> Operation<'_> {
            let closed = self.0.closed_async();
            Box::pin(async move {
                closed.await;
                Vec::new()
            })
        }

        fn try_send(&mut self, item: Item) -> Result<(), Item> {
            self.0.try_send(item).map_err(|error| error.into_inner())
        }

        fn try_send_batch(&mut self, items: &mut Vec<Item>) {
            _ = self.0.try_send_batch(items);
        }

        fn close(&self) {
            self.0.close();
        }
    };
}

macro_rules! polled_sending {
    () => {
        fn poll(&mut self, cx: &mut Context<'_>, item: &mut Option<Item>) {
            _ = self.0.poll_send(cx, item);
        }
    };
}

/// What is the same for every receiving end.
macro_rules! receiving {
    () => {
        fn recv(&mut self) -> Operation<'_> {
            let recv = self.0.recv_async();
            Box::pin(async move { recv.await.into_iter().collect() })
        }

        fn recv_batch(&mut self, max: usize) -> Operation<'_> {
            Box::pin(async move {
                let mut into = Vec::new();
                _ = self.0.recv_batch_async(&mut into, max).await;
                into
            })
        }

        fn try_recv(&mut self) -> Option<Item> {
            self.0.try_recv().ok()
        }

        fn try_recv_batch(&mut self, into: &mut Vec<Item>) {
            _ = self.0.try_recv_batch(into, 3);
        }

        fn poll(&mut self, cx: &mut Context<'_>) -> Option<Item> {
            match self.0.poll_recv(cx) {
                Poll::Ready(item) => item,
                Poll::Pending => None,
            }
        }

        fn close(&self) {
            self.0.close();
        }
    };
}

/// The only end of its kind, of the only shard.
macro_rules! one_of_one {
    () => {
        fn look(&self, shard: usize) -> Option<Shard> {
            let closed = self.0.is_disconnected();
            (shard == self.1).then(|| Shard { len: self.0.len(), capacity: self.0.capacity(), closed })
        }
    };
}

/// An end that reaches every shard.
macro_rules! one_of_all {
    () => {
        fn look(&self, shard: usize) -> Option<Shard> {
            let end = self.0.shards().get(shard)?;
            Some(Shard { len: end.len(), capacity: end.capacity(), closed: end.is_disconnected() })
        }
    };
}

impl Tx for Of<Sender<Item>> {
    sending!();
    polled_sending!();
    one_of_one!();

    fn another(&self) -> Option<Box<dyn Tx>> {
        Some(Box::new(Of(self.0.clone(), self.1)))
    }

    fn needs(&self, _: &Item) -> Needs {
        Needs::Shard(self.1)
    }

    fn batch_needs(&self) -> Needs {
        Needs::Shard(self.1)
    }
}

impl Tx for Of<spsc::Sender<Item>> {
    sending!();
    polled_sending!();
    one_of_one!();

    fn another(&self) -> Option<Box<dyn Tx>> {
        None
    }

    fn needs(&self, _: &Item) -> Needs {
        Needs::Shard(self.1)
    }

    fn batch_needs(&self) -> Needs {
        Needs::Shard(self.1)
    }
}

impl Tx for Of<RoundRobinSender<Item>> {
    sending!();
    polled_sending!();
    one_of_all!();

    fn another(&self) -> Option<Box<dyn Tx>> {
        Some(Box::new(Of(self.0.clone(), self.1)))
    }

    fn needs(&self, _: &Item) -> Needs {
        Needs::Any
    }

    fn batch_needs(&self) -> Needs {
        Needs::Any
    }
}

impl Tx for Of<KeyFnSender<Item, Key>> {
    sending!();
    one_of_all!();

    /// A keyed sender keeps no place between polls; its shards' senders do.
    fn poll(&mut self, cx: &mut Context<'_>, item: &mut Option<Item>) {
        let mut shard = item.as_ref().map(|item| self.0.shard_of(item).clone());
        _ = shard.as_mut().map(|shard| shard.poll_send(cx, item));
    }

    fn another(&self) -> Option<Box<dyn Tx>> {
        Some(Box::new(Of(self.0.clone(), self.1)))
    }

    fn needs(&self, item: &Item) -> Needs {
        let shard = self.0.shard_of(item);
        self.0.shards().iter().position(|other| other.same_channel(shard)).map_or(Needs::All, Needs::Shard)
    }

    fn batch_needs(&self) -> Needs {
        Needs::All
    }
}

impl Rx for Of<Receiver<Item>> {
    receiving!();
    one_of_one!();

    fn another(&self) -> Option<Box<dyn Rx>> {
        Some(Box::new(Of(self.0.clone(), self.1)))
    }

    fn needs(&self) -> Needs {
        Needs::Shard(self.1)
    }
}

impl Rx for Of<ExclusiveReceiver<Item>> {
    receiving!();
    one_of_one!();

    fn another(&self) -> Option<Box<dyn Rx>> {
        None
    }

    fn needs(&self) -> Needs {
        Needs::Shard(self.1)
    }
}

impl Rx for Of<spsc::Receiver<Item>> {
    receiving!();
    one_of_one!();

    fn another(&self) -> Option<Box<dyn Rx>> {
        None
    }

    fn needs(&self) -> Needs {
        Needs::Shard(self.1)
    }
}

impl Rx for Of<ShardedReceiver<Item>> {
    receiving!();
    one_of_all!();

    fn another(&self) -> Option<Box<dyn Rx>> {
        Some(Box::new(Of(self.0.clone(), self.1)))
    }

    fn needs(&self) -> Needs {
        Needs::Any
    }
}

/// A handle that several may use by turns: those that there can be one of only.
pub(crate) type Lent<E> = Rc<RefCell<Box<E>>>;

/// A handle of one's own, or one that is lent.
pub(crate) enum Handle<E: ?Sized> {
    Own(Box<E>),
    Lent(Lent<E>),
}

impl<E: ?Sized> Handle<E> {
    /// Uses the handle, unless somebody else does.
    pub(crate) fn with<R>(&mut self, body: impl FnOnce(&mut E) -> R) -> Option<R> {
        match self {
            Self::Own(end) => Some(body(end)),
            Self::Lent(lent) => Some(body(&mut **lent.try_borrow_mut().ok()?)),
        }
    }
}

impl Handle<dyn Tx> {
    pub(crate) fn of(lent: &Lent<dyn Tx>) -> Self {
        let own = lent.try_borrow().ok().and_then(|end| end.another());
        own.map_or_else(|| Self::Lent(Rc::clone(lent)), Self::Own)
    }
}

impl Handle<dyn Rx> {
    pub(crate) fn of(lent: &Lent<dyn Rx>) -> Self {
        let own = lent.try_borrow().ok().and_then(|end| end.another());
        own.map_or_else(|| Self::Lent(Rc::clone(lent)), Self::Own)
    }
}

/// A kind of channel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    OneToOne,
    Exclusive,
    RoundRobin,
    Sticky,
    RoundRobinExclusive,
    Keyed,
    KeyedByShard,
    Grouped,
}

pub(crate) const KINDS: [Kind; 8] = [
    Kind::OneToOne,
    Kind::Exclusive,
    Kind::RoundRobin,
    Kind::Sticky,
    Kind::RoundRobinExclusive,
    Kind::Keyed,
    Kind::KeyedByShard,
    Kind::Grouped,
];

/// The ends of one channel, and how many shards it has.
pub(crate) struct Ends {
    pub(crate) tx: Vec<Lent<dyn Tx>>,
    pub(crate) rx: Vec<Lent<dyn Rx>>,
    pub(crate) shards: usize,
}

fn tx<E>(end: E, shard: usize) -> Lent<dyn Tx>
where
    Of<E>: Tx + 'static,
{
    Rc::new(RefCell::new(Box::new(Of(end, shard))))
}

fn rx<E>(end: E, shard: usize) -> Lent<dyn Rx>
where
    Of<E>: Rx + 'static,
{
    Rc::new(RefCell::new(Box::new(Of(end, shard))))
}

impl Kind {
    pub(crate) fn ends(self, rng: &mut Rng) -> Ends {
        let capacity = 1 + rng.below(3);
        // Above 16 shards receivers go by hints.
        let shards = [2, 3, 18][rng.below(3)];
        let of_any = |receiver| vec![rx(receiver, 0)];
        let builder = Builder::new(capacity).shards(shards);
        let (tx, rx) = match self {
            Self::OneToOne => {
                let (sender, receiver) = spsc::bounded(capacity);
                return Ends { tx: vec![tx(sender, 0)], rx: vec![rx(receiver, 0)], shards: 1 };
            }
            Self::Exclusive => {
                let (sender, receiver) = hel::bounded(capacity);
                let receiver = receiver.into_exclusive().expect("it has no clones");
                return Ends { tx: vec![tx(sender, 0)], rx: vec![rx(receiver, 0)], shards: 1 };
            }
            Self::RoundRobin => {
                let (sender, receiver) = builder.round_robin();
                (vec![tx(sender, 0)], of_any(receiver))
            }
            Self::Sticky => {
                let (sender, receiver) = builder.round_robin();
                (vec![tx(sender.sticky(2), 0)], of_any(receiver))
            }
            Self::RoundRobinExclusive => {
                let (sender, receiver) = builder.round_robin();
                let exclusive = receiver.into_exclusive().expect("it has no clones");
                (vec![tx(sender, 0)], (0..).zip(exclusive).map(|(at, end)| rx(end, at)).collect())
            }
            Self::Keyed => {
                let (sender, receiver) = builder.shard_key();
                (vec![tx(sender.by::<Key, u64>(|item| &item.key), 0)], of_any(receiver))
            }
            Self::KeyedByShard => {
                let (sender, receiver) = builder.shard_key();
                let each = (0..).zip(receiver.into_receivers()).map(|(at, end)| rx(end, at)).collect();
                (vec![tx(sender.by::<Key, u64>(|item| &item.key), 0)], each)
            }
            Self::Grouped => {
                let (sender, receiver) = builder.shard_group((0..shards).map(|at| [at]));
                let plain = |at: usize| tx(sender.shard(&at).expect("a group").clone(), at);
                ((0..shards).map(plain).collect(), of_any(receiver))
            }
        };
        Ends { tx, rx, shards }
    }
}

/// What a value does when it is dropped: it sends another one, counted as well.
pub(crate) struct Again {
    pub(crate) to: Handle<dyn Tx>,
    pub(crate) ledger: Ledger,
}

impl Again {
    pub(crate) fn go(mut self, key: u64) {
        let item = Item { key, _counted: self.ledger.value(), again: None };
        // Whom that wakes may panic: not out of a drop that runs while another panic does.
        quiet(|| drop(self.to.with(|tx| tx.try_send(item))));
        quiet(|| drop(self.to));
    }
}
