//! Bytes as a channel and steps on it.

use hel::channel::{mpmc, spsc};
use hel::{Builder, bounded};

use crate::model::{Place, Turn};
use crate::rx::{Held, RxEnd};
use crate::sending::Way;
use crate::tx::{ByKey, Given, TxEnd};
use crate::value::Value;
use crate::world::{KEYS, World};

/// Longer scripts are cut off here: short ones say the same, and streams never get to where they yield.
const STEPS: usize = 100;

type Step = fn(&mut World, u8, u8);

/// The steps by number. Their order is part of what the corpus means.
pub const TABLE: [(&str, Step); 43] = [
    ("recv", World::recv),
    ("recv_batch", World::recv_batch),
    ("try_iter", World::try_iter),
    ("poll_recv", World::poll_recv),
    ("cancel_recv", World::cancel_recv),
    ("stream", World::turn_stream),
    ("next", World::poll_next),
    ("start_recv", World::start_recv),
    ("poll_recv_op", World::poll_recv_op),
    ("drop_recv_op", World::drop_recv_op),
    ("forget_recv_op", World::forget_recv_op),
    ("expire_recv_op", World::expire_recv_op),
    ("clone_rx", World::clone_rx),
    ("drop_rx", World::drop_rx_at),
    ("close_rx", World::close_rx),
    ("convert_rx", World::convert_rx),
    ("downgrade_rx", World::downgrade_rx),
    ("upgrade_rx", World::upgrade_rx),
    ("send", World::send),
    ("send_batch", World::send_batch),
    ("poll_send", World::poll_send),
    ("cancel_send", World::cancel_send),
    ("sink", World::turn_sink),
    ("start_sink", World::start_sink),
    ("poll_sink", World::poll_sink),
    ("take_unsent", World::take_unsent),
    ("start_send", World::start_send),
    ("poll_send_op", World::poll_send_op),
    ("drop_send_op", World::drop_send_op),
    ("forget_send_op", World::forget_send_op),
    ("expire_send_op", World::expire_send_op),
    ("clone_tx", World::clone_tx),
    ("drop_tx", World::drop_tx_at),
    ("close_tx", World::close_tx),
    ("downgrade_tx", World::downgrade_tx),
    ("upgrade_tx", World::upgrade_tx),
    ("start_owned_recv", World::start_owned_recv),
    ("start_owned_send", World::start_owned_send),
    ("batches", World::turn_batches),
    ("next_batch", World::poll_batch),
    ("take_partial", World::take_partial),
    ("expire_batch", World::expire_batch),
    ("heat", World::heat),
];

/// A channel of one shard.
pub fn channel(data: &[u8]) {
    let Some((&[kind, size], steps)) = data.split_first_chunk() else { return };
    let capacity = capacity(size);
    trace(|| format!("{} of {capacity}", if kind & 1 == 0 { "bounded" } else { "spsc" }));
    let mut world = World::new(1, capacity, kind & 1 == 1);
    let place = Place::Shard(0);
    world.model.add_sender(place);
    world.model.add_receiver(place);
    if kind & 1 == 0 {
        let (tx, rx) = bounded(capacity);
        world.seat_tx(TxEnd::Plain(Given::Bare(tx)), Way::Shard(0));
        world.seat_rx(RxEnd::Plain(Held::Bare(rx)), place);
    } else {
        let (tx, rx) = spsc::bounded(capacity);
        world.seat_tx(TxEnd::Spsc(Given::Bare(tx)), Way::Shard(0));
        world.seat_rx(RxEnd::Spsc(Held::Bare(rx)), place);
    }
    play(world, steps);
}

/// A channel of many shards.
pub fn shards(data: &[u8]) {
    let Some((&[kind, size], steps)) = data.split_first_chunk() else { return };
    let (capacity, shards) = (capacity(size), [2, 3, 1, 18][usize::from(kind >> 4 & 3)]);
    // A group needs a key.
    let shards = if kind & 3 == 2 { shards.min(usize::from(KEYS)) } else { shards };
    let mut world = World::new(shards, capacity, false);
    world.model.add_sender(Place::Any);
    world.model.add_receiver(Place::Any);
    let builder = Builder::new(capacity).shards(shards);
    let (tx, way, rx): (_, _, mpmc::ShardedReceiver<Value>) = match kind & 3 {
        0 | 3 => {
            let run = 1 + usize::from(kind >> 2 & 3);
            let (tx, rx) = builder.round_robin();
            trace(|| format!("round robin, {shards} of {capacity}, runs of {run}"));
            (TxEnd::Turns(Given::Bare(tx.sticky(run))), Way::Turns { turn: Turn::new(0, run), run }, rx)
        }
        1 => {
            let (tx, rx) = builder.shard_key();
            trace(|| format!("keyed, {shards} of {capacity}"));
            world.homes = (0..KEYS).map(|key| tx.shard_index(&key)).collect();
            let tx: ByKey = tx.by(Value::key as fn(&Value) -> &u8);
            (TxEnd::Keyed(Given::Bare(tx)), Way::ByKey, rx)
        }
        _ => {
            trace(|| format!("groups, {shards} of {capacity}"));
            world.homes = (0..usize::from(KEYS)).map(|key| key % shards).collect();
            let groups = (0..shards).map(|shard| (0..KEYS).filter(move |key| usize::from(*key) % shards == shard));
            let (tx, rx) = builder.shard_group(groups);
            assert!(tx.shard(&KEYS).is_none(), "a key of no group");
            (TxEnd::Grouped(tx), Way::ByKey, rx)
        }
    };
    world.seat_tx(tx, way);
    world.seat_rx(RxEnd::Any(Held::Bare(rx)), Place::Any);
    play(world, steps);
}

fn capacity(size: u8) -> usize {
    [1, 2, 3, 5][usize::from(size & 3)]
}

fn play(mut world: World, steps: &[u8]) {
    world.check();
    for step in steps.chunks_exact(3).take(STEPS) {
        let &[step, who, arg] = step else { unreachable!("three bytes each") };
        let (name, step) = TABLE[usize::from(step) % TABLE.len()];
        trace(|| format!("{name} {who} {arg}"));
        step(&mut world, who, arg);
        world.check();
    }
    trace(|| "finish".to_owned());
    world.finish();
}

/// `HEL_FUZZ_TRACE=1` shows the steps of a script.
fn trace(line: impl FnOnce() -> String) {
    static WANTED: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::env::var_os("HEL_FUZZ_TRACE").is_some());
    if *WANTED {
        eprintln!("{}", line());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::seeds;
    use crate::waits::GAVE_WAY;

    /// The bytes of a script written by hand.
    fn bytes(script: &str) -> Vec<u8> {
        let number = |text: &str| text.parse::<u8>().unwrap_or_else(|_| panic!("'{text}' of '{script}' is no number"));
        let mut steps = script.split(';').map(str::trim);
        let head = steps.next().expect("a head").split(' ').map(number);
        let mut bytes: Vec<_> = head.collect();
        let mut push = |name: &str, who, arg| {
            let at = TABLE.iter().position(|(step, _)| *step == name).unwrap_or_else(|| panic!("no step '{name}'"));
            bytes.extend([u8::try_from(at).expect("few steps"), who, arg]);
        };
        for step in steps {
            let mut words = step.split(' ');
            let (name, who) = (words.next().expect("a name"), number(words.next().expect("whom it means")));
            let (start, poll) = match name {
                "w" => ("start_recv", "poll_recv_op"),
                "v" => ("start_send", "poll_send_op"),
                _ => {
                    push(name, who, number(words.next().expect("an argument")));
                    continue;
                }
            };
            // Twice: the first time it may give way.
            push(start, who, 0);
            push(poll, who, 0);
            push(poll, who, 0);
        }
        bytes
    }

    fn target(name: &str) -> fn(&[u8]) {
        if name == "channel" { channel } else { shards }
    }

    fn folder(kind: &str, target: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(kind).join(target)
    }

    /// `HEL_FUZZ_WRITE=1` writes them.
    #[test]
    fn the_seeds_are_as_written_and_hold() {
        let write = std::env::var_os("HEL_FUZZ_WRITE").is_some();
        for (of, name, script) in seeds::all() {
            let (bytes, file) = (bytes(script), folder("seeds", of).join(name));
            if write {
                fs::write(&file, &bytes).unwrap();
            }
            assert_eq!(fs::read(&file).expect(name), bytes, "{name} is not as in src/seeds");
            target(of)(&bytes);
        }
        for of in ["channel", "shards"] {
            let files = fs::read_dir(folder("seeds", of)).unwrap().count();
            assert_eq!(files, seeds::all().filter(|(target, ..)| *target == of).count(), "files in seeds/{of}");
        }
    }

    /// `HEL_FUZZ_WRITE=1` writes each step as the number that stays the same when steps are added to the table.
    #[test]
    fn the_corpus_holds_and_gives_way() {
        let (write, before) = (std::env::var_os("HEL_FUZZ_WRITE").is_some(), GAVE_WAY.get());
        for of in ["channel", "shards"] {
            let mut played = 0;
            for file in fs::read_dir(folder("corpus", of)).unwrap() {
                let path = file.unwrap().path();
                let mut bytes = fs::read(&path).unwrap();
                if write {
                    let steps = bytes.get_mut(2..).unwrap_or_default().chunks_exact_mut(3);
                    steps.for_each(|step| step[0] %= u8::try_from(TABLE.len()).expect("few steps"));
                    fs::write(&path, &bytes).unwrap();
                }
                target(of)(&bytes);
                played += 1;
            }
            assert!(played > 50, "a corpus of {played} for {of}");
        }
        let gave_way = GAVE_WAY.get() - before;
        assert!(
            gave_way > 100,
            "they gave way {gave_way} times: built without `--cfg hel_fuzz`, which `.cargo/config.toml` sets in this folder"
        );
    }
}
