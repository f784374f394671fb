//! What is recorded: one shard of hel in three guises, and things that are no queues.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hel::channel::errors::{RecvError, SendBatchError, SendError, TryRecvError, TrySendBatchError, TrySendError};
use hel::channel::mpmc::{ShardedReceiver, round_robin};
use hel::channel::spsc;
use hel::{Receiver, Sender};
use smol::future::block_on;

use super::history::{Value, What};
use super::record::{Queue, Way};

/// Polls up to twice. None: not ready, and dropped.
fn poll_and_drop<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    for _ in 0..2 {
        if let Poll::Ready(out) = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            return Some(out);
        }
    }
    None
}

fn pushed(result: Result<(), What>, value: Value) -> Vec<What> {
    vec![result.map_or_else(|failed| failed, |()| What::Push(value))]
}

/// So many values of a batch went, and then perhaps something else happened.
fn pushed_many(values: &[Value], sent: usize, then: Option<What>) -> Vec<What> {
    values[..sent].iter().copied().map(What::Push).chain(then).collect()
}

fn popped(result: Result<Value, What>) -> Vec<What> {
    vec![result.map_or_else(|failed| failed, What::Pop)]
}

fn popped_many(result: Result<usize, What>, into: &[Value]) -> Vec<What> {
    match result {
        Ok(count) => {
            assert_eq!(count, into.len());
            into.iter().copied().map(What::Pop).collect()
        }
        Err(failed) => vec![failed],
    }
}

fn send_failed(error: SendError<Value>) -> What {
    match error {
        SendError::TimeOut(..) => What::Full,
        SendError::Disconnected(_) => What::Refused,
    }
}

fn try_send_failed(error: TrySendError<Value>) -> What {
    match error {
        TrySendError::Full(_) => What::Full,
        TrySendError::Disconnected(_) => What::Refused,
    }
}

fn recv_failed(error: RecvError) -> What {
    match error {
        RecvError::TimeOut(_) => What::Empty,
        RecvError::Disconnected => What::Drained,
    }
}

fn try_recv_failed(error: TryRecvError) -> What {
    match error {
        TryRecvError::Empty => What::Empty,
        TryRecvError::Disconnected => What::Drained,
    }
}

fn batch(result: Result<usize, SendBatchError>, values: &[Value]) -> Vec<What> {
    match result {
        Ok(sent) => pushed_many(values, sent, None),
        Err(SendBatchError::TimeOut { sent, .. }) => pushed_many(values, sent, Some(What::Full)),
        Err(SendBatchError::Disconnected { sent }) => pushed_many(values, sent, Some(What::Refused)),
    }
}

fn try_batch(result: Result<usize, TrySendBatchError>, values: &[Value]) -> Vec<What> {
    match result {
        Ok(sent) => pushed_many(values, sent, None),
        Err(TrySendBatchError::Full { sent }) => pushed_many(values, sent, Some(What::Full)),
        Err(TrySendBatchError::Disconnected { sent }) => pushed_many(values, sent, Some(What::Refused)),
    }
}

fn send(tx: &Sender<Value>, way: Way, values: Vec<Value>) -> Vec<What> {
    let value = values[0];
    match way {
        Way::Try => pushed(tx.try_send(value).map_err(try_send_failed), value),
        Way::Zero => pushed(tx.send_timeout(value, Duration::ZERO).map_err(send_failed), value),
        Way::Block => pushed(tx.send(value).map_err(send_failed), value),
        Way::Task => pushed(block_on(tx.send_async(value)).map_err(|_| What::Refused), value),
        Way::Dropped => {
            let mut place = Some(value);
            let polled = poll_and_drop(tx.send_ref_async(&mut place));
            assert_eq!(place.is_none(), matches!(polled, Some(Ok(()))), "it is gone if and only if it was sent");
            polled.map_or_else(Vec::new, |sent| pushed(sent.map_err(|_| What::Refused), value))
        }
        Way::Batch => batch(tx.send_batch(&mut values.clone()), &values),
        Way::TryBatch => try_batch(tx.try_send_batch(&mut values.clone()), &values),
    }
}

/// `bounded`: each thread sends and receives.
pub(crate) struct Plain(Sender<Value>, Receiver<Value>);

impl Plain {
    pub(crate) fn new(capacity: usize) -> Self {
        let (tx, rx) = hel::bounded(capacity);
        Self(tx, rx)
    }
}

impl Queue for Plain {
    fn send(&self, way: Way, values: Vec<Value>) -> Vec<What> {
        send(&self.0, way, values)
    }

    fn recv(&self, way: Way) -> Vec<What> {
        let rx = &self.1;
        let mut into = Vec::new();
        match way {
            Way::Try => popped(rx.try_recv().map_err(try_recv_failed)),
            Way::Zero => popped(rx.recv_timeout(Duration::ZERO).map_err(recv_failed)),
            Way::Block => popped(rx.recv().map_err(recv_failed)),
            Way::Task => popped(block_on(rx.recv_async()).map_err(|_| What::Drained)),
            Way::Dropped => match poll_and_drop(rx.recv_async()) {
                Some(received) => popped(received.map_err(|_| What::Drained)),
                None => Vec::new(),
            },
            Way::Batch => popped_many(rx.recv_batch(&mut into, 2).map_err(recv_failed), &into),
            Way::TryBatch => popped_many(rx.try_recv_batch(&mut into, 2).map_err(try_recv_failed), &into),
        }
    }

    fn close(&self) {
        assert!(self.0.close());
    }
}

/// The middle one of three shards: sent to by its own sender, received from by who waits for any shard.
pub(crate) struct Fan(Sender<Value>, ShardedReceiver<Value>);

impl Fan {
    pub(crate) fn new(capacity: usize) -> Self {
        let (tx, rx) = match capacity {
            1 => round_robin::<Value, 1>(3),
            2 => round_robin::<Value, 2>(3),
            _ => round_robin::<Value, 3>(3),
        };
        Self(tx.shards()[1].clone(), rx)
    }
}

impl Queue for Fan {
    fn send(&self, way: Way, values: Vec<Value>) -> Vec<What> {
        send(&self.0, way, values)
    }

    fn recv(&self, way: Way) -> Vec<What> {
        let rx = &self.1;
        let mut into = Vec::new();
        match way {
            Way::Try => popped(rx.try_recv().map_err(try_recv_failed)),
            Way::Zero => popped(rx.recv_timeout(Duration::ZERO).map_err(recv_failed)),
            Way::Block => popped(rx.recv().map_err(recv_failed)),
            Way::Task => popped(block_on(rx.recv_async()).map_err(|_| What::Drained)),
            Way::Dropped => match poll_and_drop(rx.recv_any_async()) {
                Some(received) => popped(received.map(|(_, value)| value).map_err(|_| What::Drained)),
                None => Vec::new(),
            },
            Way::Batch => popped_many(rx.recv_batch(&mut into, 2).map_err(recv_failed), &into),
            Way::TryBatch => popped_many(rx.try_recv_batch(&mut into, 2).map_err(try_recv_failed), &into),
        }
    }

    /// The other two shards have no sender any more, so nothing is left when this one is closed.
    fn close(&self) {
        assert!(self.0.close());
    }
}

/// One-to-one: the first thread has the sender and the second the receiver, to themselves.
pub(crate) struct OneToOne(Mutex<spsc::Sender<Value>>, Mutex<spsc::Receiver<Value>>);

impl OneToOne {
    pub(crate) fn new(capacity: usize) -> Self {
        let (tx, rx) = spsc::bounded(capacity);
        Self(Mutex::new(tx), Mutex::new(rx))
    }
}

fn own<T>(end: &Mutex<T>) -> MutexGuard<'_, T> {
    end.try_lock().expect("one thread has this end")
}

impl Queue for OneToOne {
    fn send(&self, way: Way, values: Vec<Value>) -> Vec<What> {
        let (mut tx, value) = (own(&self.0), values[0]);
        match way {
            Way::Try => pushed(tx.try_send(value).map_err(try_send_failed), value),
            Way::Zero => pushed(tx.send_timeout(value, Duration::ZERO).map_err(send_failed), value),
            Way::Block => pushed(tx.send(value).map_err(send_failed), value),
            Way::Task => pushed(block_on(tx.send_async(value)).map_err(|_| What::Refused), value),
            Way::Dropped => match poll_and_drop(tx.send_async(value)) {
                Some(sent) => pushed(sent.map_err(|_| What::Refused), value),
                None => Vec::new(),
            },
            Way::Batch => batch(tx.send_batch(&mut values.clone()), &values),
            Way::TryBatch => try_batch(tx.try_send_batch(&mut values.clone()), &values),
        }
    }

    fn recv(&self, way: Way) -> Vec<What> {
        let (mut rx, mut into) = (own(&self.1), Vec::new());
        match way {
            Way::Try => popped(rx.try_recv().map_err(try_recv_failed)),
            Way::Zero => popped(rx.recv_timeout(Duration::ZERO).map_err(recv_failed)),
            Way::Block => popped(rx.recv().map_err(recv_failed)),
            Way::Task => popped(block_on(rx.recv_async()).map_err(|_| What::Drained)),
            Way::Dropped => match poll_and_drop(rx.recv_async()) {
                Some(received) => popped(received.map_err(|_| What::Drained)),
                None => Vec::new(),
            },
            Way::Batch => popped_many(rx.recv_batch(&mut into, 2).map_err(recv_failed), &into),
            Way::TryBatch => popped_many(rx.try_recv_batch(&mut into, 2).map_err(try_recv_failed), &into),
        }
    }

    fn close(&self) {
        assert!(own(&self.0).close());
    }
}

/// A queue under a lock, with a fault to be.
#[derive(Default)]
struct Locked {
    values: VecDeque<Value>,
    closed: bool,
}

impl Locked {
    fn send(&mut self, value: Value, capacity: usize) -> What {
        if self.closed {
            What::Refused
        } else if self.values.len() >= capacity {
            What::Full
        } else {
            self.values.push_back(value);
            What::Push(value)
        }
    }

    fn taken(&self, value: Option<Value>) -> Vec<What> {
        vec![value.map_or(if self.closed { What::Drained } else { What::Empty }, What::Pop)]
    }
}

/// The newest value first.
pub(crate) struct Lifo(Mutex<Locked>, usize);

impl Lifo {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::default(), capacity)
    }
}

impl Queue for Lifo {
    fn send(&self, _: Way, values: Vec<Value>) -> Vec<What> {
        vec![self.0.lock().unwrap().send(values[0], self.1)]
    }

    fn recv(&self, _: Way) -> Vec<What> {
        let mut locked = self.0.lock().unwrap();
        let value = locked.values.pop_back();
        locked.taken(value)
    }

    fn close(&self) {
        self.0.lock().unwrap().closed = true;
    }
}

/// Room for one more than there should be.
pub(crate) struct Roomy(Mutex<Locked>, usize);

impl Roomy {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::default(), capacity + 1)
    }
}

impl Queue for Roomy {
    fn send(&self, _: Way, values: Vec<Value>) -> Vec<What> {
        vec![self.0.lock().unwrap().send(values[0], self.1)]
    }

    fn recv(&self, _: Way) -> Vec<What> {
        let mut locked = self.0.lock().unwrap();
        let value = locked.values.pop_front();
        locked.taken(value)
    }

    fn close(&self) {
        self.0.lock().unwrap().closed = true;
    }
}

/// Says Empty each third time, whatever is there: what it misses was sent long before.
pub(crate) struct Hasty(Mutex<(Locked, usize)>, usize);

impl Hasty {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::default(), capacity)
    }
}

impl Queue for Hasty {
    fn send(&self, _: Way, values: Vec<Value>) -> Vec<What> {
        vec![self.0.lock().unwrap().0.send(values[0], self.1)]
    }

    fn recv(&self, _: Way) -> Vec<What> {
        let (locked, calls) = &mut *self.0.lock().unwrap();
        *calls += 1;
        if *calls % 3 == 0 && !locked.closed {
            return vec![What::Empty];
        }
        let value = locked.values.pop_front();
        locked.taken(value)
    }

    fn close(&self) {
        self.0.lock().unwrap().0.closed = true;
    }
}
