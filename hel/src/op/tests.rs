//! What is left of a batch, beside plain queues; and the verbs at an end whose attempts go as they are told.

use std::cell::Cell;
use std::collections::VecDeque;

use super::*;
use crate::wait::{Forever, Side};

/// One attempt, one more after a fence, and at a hole so many after that.
const LOOKS_AT_A_HOLE: usize = 2 + HOLE_LOOKS;

/// An end whose attempts fail until one is served.
struct Played<X> {
    side: Side,
    fails: X,
    at_hole: bool,
    /// Which attempt is served first, from 1 up.
    serves_at: usize,
    attempts: usize,
    /// How many values each attempt at a batch was to receive at most.
    asked: Vec<usize>,
}

impl<X: Copy> Played<X> {
    fn new(fails: X, at_hole: bool, serves_at: usize) -> Self {
        Self { side: Side::shared(), fails, at_hole, serves_at, attempts: 0, asked: Vec::new() }
    }

    fn attempt(&mut self) -> Result<(), X> {
        self.attempts += 1;
        if self.attempts < self.serves_at { Err(self.fails) } else { Ok(()) }
    }
}

impl<X> End for Played<X> {
    fn side(&self) -> &Side {
        &self.side
    }

    fn done(&self) -> usize {
        0
    }

    fn ready(&self) -> usize {
        0
    }

    fn would_serve(&self) -> bool {
        false
    }
}

impl RawSource for Played<Starved> {
    type Item = u8;

    fn take(&mut self, place: &mut Option<u8>) -> Result<(), Starved> {
        self.attempt()?;
        *place = Some(7);
        Ok(())
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<u8>) -> Result<usize, Starved> {
        self.asked.push(max);
        self.attempt()?;
        into.push(7);
        Ok(1)
    }
}

/// What came of the value 7 at once, and of what an end that met a close has published.
type AtFirst = fn() -> AtOnce<u8>;

/// The value that a close gives back.
const BACK: u8 = 9;

/// An end of which the first, short attempt goes as told.
struct Short {
    end: Played<Refused>,
    first: AtFirst,
    /// How often it was asked where it waits: to wait there, or to stand aside for others who do.
    asked: Cell<usize>,
}

impl End for Short {
    fn side(&self) -> &Side {
        self.asked.set(self.asked.get() + 1);
        self.end.side()
    }

    fn done(&self) -> usize {
        self.end.done()
    }

    fn ready(&self) -> usize {
        self.end.ready()
    }

    fn would_serve(&self) -> bool {
        self.end.would_serve()
    }
}

impl RawTarget for Short {
    type Item = u8;

    fn offer(&mut self, value: &mut Option<u8>) -> Result<(), Refused> {
        self.end.offer(value)
    }

    fn offer_at_once(&mut self, value: u8) -> AtOnce<u8> {
        assert_eq!(value, 7);
        (self.first)()
    }

    fn offer_rest(&mut self, value: &mut Option<u8>) -> Result<(), Refused> {
        if value.is_some() {
            return self.offer(value);
        }
        // The close came first, as long as attempts fail.
        let result = self.end.attempt();
        if result.is_err() {
            *value = Some(BACK);
        }
        result
    }

    fn at_hole(&self) -> bool {
        false
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, u8>) -> Result<(), Refused> {
        self.end.offer_many(values)
    }
}

impl RawTarget for Played<Refused> {
    type Item = u8;

    fn offer(&mut self, value: &mut Option<u8>) -> Result<(), Refused> {
        self.attempt()?;
        *value = None;
        Ok(())
    }

    fn at_hole(&self) -> bool {
        self.at_hole
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, u8>) -> Result<(), Refused> {
        self.attempt()?;
        values.take_where(1, |_| true, |_, _| ());
        Ok(())
    }
}

/// What receiving says of an end that fails like this, one value and a batch, and after how many attempts.
fn receives(fails: Starved, serves_at: usize) -> [(Result<usize, TryRecvError>, usize); 2] {
    let (mut one, mut batch) = (Played::new(fails, false, serves_at), Played::new(fails, false, serves_at));
    let results = [try_recv(&mut one).map(|_| 1), try_recv_batch(&mut batch, &mut Vec::new(), 4)];
    [(results[0], one.attempts), (results[1], batch.attempts)]
}

/// As [`receives`], for sending.
fn sends(fails: Refused, at_hole: bool, serves_at: usize) -> [(bool, usize); 2] {
    let (mut one, mut batch) = (Played::new(fails, at_hole, serves_at), Played::new(fails, at_hole, serves_at));
    let (one_sent, batch_sent) = match fails {
        Refused::Full => (Err(TrySendError::Full(7)), Err(TrySendBatchError::Full { sent: 0 })),
        Refused::Closed => (Err(TrySendError::Disconnected(7)), Err(TrySendBatchError::Disconnected { sent: 0 })),
    };
    let (sent, batch_result) = (try_send(&mut one, 7), try_send_batch(&mut batch, &mut vec![7]));
    assert!(sent.is_ok() || sent == one_sent, "{sent:?}");
    assert!(batch_result == Ok(1) || batch_result == batch_sent, "{batch_result:?}");
    [(sent.is_ok(), one.attempts), (batch_result.is_ok(), batch.attempts)]
}

#[test]
fn a_receive_looks_twice_and_longer_at_a_hole() {
    for (fails, error, looks) in [
        (Starved::Empty, TryRecvError::Empty, 2),
        (Starved::Hole, TryRecvError::Empty, LOOKS_AT_A_HOLE),
        (Starved::Drained, TryRecvError::Disconnected, 2),
    ] {
        for serves_at in 1..=looks {
            assert_eq!(receives(fails, serves_at), [(Ok(1), serves_at); 2], "{fails:?}");
        }
        assert_eq!(receives(fails, looks + 1), [(Err(error), looks); 2], "{fails:?}");
    }
}

#[test]
fn a_send_looks_twice_and_longer_at_a_hole() {
    for (fails, at_hole, looks) in [
        (Refused::Full, false, 2),
        (Refused::Full, true, LOOKS_AT_A_HOLE),
        (Refused::Closed, false, 2),
        (Refused::Closed, true, 2),
    ] {
        for serves_at in 1..=looks {
            assert_eq!(sends(fails, at_hole, serves_at), [(true, serves_at); 2], "{fails:?}");
        }
        assert_eq!(sends(fails, at_hole, looks + 1), [(false, looks); 2], "{fails:?}");
    }
}

#[test]
fn a_look_at_values_says_wait_or_what_came_of_it() {
    let (mut end, mut place, mut into) = (Played::new(Starved::Empty, false, 3), None, vec![0]);
    assert_eq!((look_recv(&mut end, &mut place), place), (None, None));
    assert_eq!(look_recv_batch(&mut end, 4, &mut into), None);
    assert_eq!((look_recv(&mut end, &mut place), place), (Some(Ok(())), Some(7)));
    assert_eq!(look_recv_batch(&mut end, 4, &mut into), Some(Ok(1)));
    assert_eq!(look_recv_batch(&mut end, 0, &mut into), Some(Ok(0)), "none is always there");
    assert_eq!((into, end.asked), (vec![0, 7], vec![4, 4]));

    let (mut end, mut place) = (Played::new(Starved::Drained, false, usize::MAX), None);
    assert_eq!((look_recv(&mut end, &mut place), place), (Some(Err(AsyncRecvError::Disconnected)), None));
    assert_eq!(look_recv_batch(&mut end, 4, &mut Vec::new()), Some(Err(AsyncRecvError::Disconnected)));
}

#[test]
fn a_look_at_room_says_wait_or_what_came_of_it() {
    let (mut end, mut value, mut batch) = (Played::new(Refused::Full, false, 3), Some(7), vec![7, 8, 9]);
    let mut values = Unsent::new(&mut batch);
    assert_eq!((look_send(&mut end, &mut value), value), (None, Some(7)));
    assert_eq!((look_send_batch(&mut end, &mut values), values.sent()), (None, 0));
    assert_eq!((look_send(&mut end, &mut value), value), (Some(Ok(())), None));
    assert_eq!((look_send_batch(&mut end, &mut values), values.sent()), (Some(Ok(())), 3));
    assert_eq!((look_send_batch(&mut end, &mut values), end.attempts), (Some(Ok(())), 6), "all has gone");

    let (mut end, mut batch) = (Played::new(Refused::Closed, false, usize::MAX), vec![7]);
    let disconnected = Some(Err(AsyncSendError::Disconnected(())));
    assert_eq!(look_send(&mut end, &mut Some(7)), disconnected);
    assert_eq!(look_send_batch(&mut end, &mut Unsent::new(&mut batch)), disconnected);
}

/// At once, and by one more look where a thread would wait.
#[test]
fn what_blocks_ends_when_it_is_served() {
    for serves_at in 1..=2 {
        let source = || Played::new(Starved::Empty, false, serves_at);
        assert_eq!(recv(&mut source(), Limit::Never), Ok(7));
        let mut into = Vec::new();
        assert_eq!((recv_batch(&mut source(), &mut into, 4, Limit::Never), into), (Ok(1), vec![7]));
        let (mut one, mut two) = [(); 2].map(|()| Played::new(Refused::Full, false, serves_at)).into();
        assert_eq!((send(&mut one, 7, Limit::Never), one.attempts), (Ok(()), serves_at));
        let mut batch = vec![7, 8, 9];
        assert_eq!((send_batch(&mut two, &mut batch, Limit::Never), two.attempts), (Ok(3), serves_at + 2));
        assert_eq!(batch, []);
    }
}

#[test]
fn a_gathering_receive_asks_for_what_is_missing() {
    let (mut end, mut into) = (Played::new(Starved::Empty, false, 1), vec![0]);
    assert_eq!(gather(&mut end, &mut into, 5, Duration::MAX), Ok(5));
    assert_eq!((into, end.asked), (vec![0, 7, 7, 7, 7, 7], vec![5, 4, 3, 2, 1]));
}

#[test]
fn a_gathering_receive_looks_once_more_when_the_time_is_over() {
    let (mut end, mut into) = (Played::new(Starved::Empty, false, 1), Vec::new());
    assert_eq!(gather(&mut end, &mut into, 5, Duration::ZERO), Ok(2));
    assert_eq!((into, end.asked), (vec![7, 7], vec![5, 4]));
}

fn front(values: &Unsent<'_, u32>) -> Vec<u32> {
    match values.iter() {
        Front::Straight(values) => values.copied().collect(),
        Front::Turned(values) => values.copied().collect(),
    }
}

fn taken(values: &mut Unsent<'_, u32>, count: usize) -> Vec<u32> {
    match values.take(count) {
        Front::Straight(values) => values.drain(..count).collect(),
        Front::Turned(values) => values.collect(),
    }
}

/// Straight and turned round are the same batch, and what is left lies in the caller's `Vec` as it lay there.
#[test]
fn the_rest_of_a_batch_is_a_queue_either_way_round() {
    for (count, turns) in (0..=9).flat_map(|count| [false, true].map(|turns| (count, turns))) {
        let (mut batch, mut model) = ((0..20).collect(), (0..20).collect::<VecDeque<_>>());
        let mut values = Unsent::new(&mut batch);
        if turns {
            values.turn();
            values.turn();
        }
        assert_eq!(values.is_turned(), turns);
        assert_eq!(taken(&mut values, count), model.drain(..count).collect::<Vec<_>>());
        assert_eq!((values.len(), values.sent()), (20 - count, count));
        values.put_back(99);
        model.push_front(99);
        assert_eq!(model, front(&values));
        values.take_where(1, |_| true, |at, value| assert_eq!((at, Some(value)), (0, model.pop_front())));
        assert_eq!(model, front(&values));
        if count % 2 == 0 {
            values.settle();
            assert!(!values.is_turned() && model == front(&values));
        }
        drop(values);
        assert_eq!(model, batch);
    }
}

/// In order, or from the last to the first; those that are not wanted stay in theirs, and so do those further back.
#[test]
fn what_is_picked_out_of_a_batch_goes_by_number() {
    for (count, turns) in (0..=10).flat_map(|count| [false, true].map(|turns| (count, turns))) {
        let mut batch = (0..10).collect();
        let mut values = Unsent::new(&mut batch);
        if turns {
            values.turn();
        }
        let mut picked = Vec::new();
        values.take_where(count, |at| at % 3 != 1, |at, value| picked.push((at, value)));
        let mut expected: Vec<_> = (0..count).filter(|at| at % 3 != 1).map(|at| (at, at)).collect();
        if turns {
            expected.reverse();
        }
        assert_eq!((values.sent(), picked), (expected.len(), expected));
        drop(values);
        assert!(batch.into_iter().eq((0..10).filter(|&at| at >= count || at % 3 == 1)));
    }
}

#[test]
fn a_batch_knows_whether_it_is_hindered() {
    let mut batch = vec![0];
    let mut values = Unsent::new(&mut batch);
    assert!(!values.is_hindered());
    values.set_hindered(true);
    assert!(values.is_hindered());
    values.set_hindered(false);
    assert!(!values.is_hindered());
}

/// What the first attempt leaves goes on from there: a value that was kept is offered, and one that met a close is given
/// back or has gone.
#[test]
fn what_does_not_go_at_once_goes_on_or_comes_back() {
    const ALWAYS: usize = usize::MAX;
    let kept: [AtFirst; 2] = [|| AtOnce::Kept(7, Missed::NotFree), || AtOnce::Kept(7, Missed::Outrun)];
    let met_close: AtFirst = || AtOnce::MetClose;
    let run = |first: AtFirst, serves_at: usize| {
        let ends = || Short { end: Played::new(Refused::Closed, false, serves_at), first, asked: Cell::new(0) };
        let (mut tried, mut blocked) = (ends(), ends());
        let back = |error: TrySendError<u8>| error.into_inner();
        let results =
            [try_send(&mut tried, 7).map_err(back), send(&mut blocked, 7, Forever).map_err(|error| error.into_inner())];
        (results, [tried.end.attempts, blocked.end.attempts])
    };
    assert_eq!(run(|| AtOnce::Sent, ALWAYS), ([Ok(()); 2], [0; 2]));
    for first in kept {
        assert_eq!(run(first, 1), ([Ok(()); 2], [1; 2]));
        assert_eq!(run(first, 2), ([Ok(()); 2], [2; 2]));
        // Once at first and once after a fence, or before it waits.
        assert_eq!(run(first, ALWAYS), ([Err(7); 2], [2; 2]));
    }
    assert_eq!(run(met_close, 1), ([Ok(()); 2], [1; 2]));
    assert_eq!(run(met_close, ALWAYS), ([Err(BACK); 2], [2; 2]));
}

/// A batch is turned round for its length in values or in bytes.
#[test]
fn only_a_long_batch_is_turned() {
    fn turned<T>(mut batch: Vec<T>) -> bool {
        let mut values = Unsent::new(&mut batch);
        values.turn_if_long();
        values.is_turned()
    }
    assert_eq!([255, 256, 257].map(|len| turned(vec![0_u8; len])), [false, false, true]);
    assert_eq!([8, 9].map(|len| turned(vec![[0_u8; 1024]; len])), [false, true]);
    assert_eq!([0, 257].map(|len| turned(vec![(); len])), [false, true]);
}

/// Only a send that may block as long as it takes lets others run before it goes on; none does that was not outrun.
#[test]
fn who_may_not_block_for_long_does_not_stand_aside() {
    let asked = |missed: Missed, send: fn(&mut Short) -> bool| {
        let first: AtFirst = match missed {
            Missed::NotFree => || AtOnce::Kept(7, Missed::NotFree),
            Missed::Outrun => || AtOnce::Kept(7, Missed::Outrun),
        };
        let mut end = Short { end: Played::new(Refused::Full, false, 1), first, asked: Cell::new(0) };
        assert!(send(&mut end));
        end.asked.get()
    };
    for missed in [Missed::NotFree, Missed::Outrun] {
        assert_eq!(asked(missed, |end| try_send(end, 7).is_ok()), 0);
        assert_eq!(asked(missed, |end| send(end, 7, Limit::After(Duration::MAX)).is_ok()), 0);
    }
    assert_eq!(asked(Missed::NotFree, |end| send(end, 7, Forever).is_ok()), 0);
    assert_eq!(asked(Missed::Outrun, |end| send(end, 7, Forever).is_ok()), 1);
}
