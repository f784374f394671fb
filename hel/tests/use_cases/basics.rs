//! The channel types, the verbs at a glance, and the quick start.

use std::error::Error;
use std::thread;
use std::time::Duration;

use hel::channel::errors::*;
use hel::channel::mpmc::{round_robin, shard_key};
use hel::channel::spsc::shard_spsc;

use crate::support::limit;
use crate::{beside_tokio, join};

#[test]
fn round_robin_deals_out_evenly() {
    limit(|| {
        let (tx, rx) = round_robin::<u64, 256>(4);
        let workers: Vec<_> =
            rx.into_receivers().into_iter().map(|rx| thread::spawn(move || rx.iter().collect::<Vec<_>>())).collect();
        for job in 0..200 {
            tx.send(job).unwrap();
        }
        drop(tx);

        for (shard, worker) in workers.into_iter().enumerate() {
            let done = worker.join().unwrap();
            assert!(done.iter().copied().eq((shard as u64..200).step_by(4)), "shard {shard} did {done:?}");
        }
    });
}

#[test]
fn shard_key_brings_each_key_to_one_consumer_in_order() {
    const SYMBOLS: [&str; 5] = ["AAPL", "MSFT", "NVDA", "TSLA", "GOOG"];

    fn feed() -> Result<Vec<thread::JoinHandle<Vec<u64>>>, SendError<u64>> {
        let (tx, rx) = shard_key::<u64, 256>(4);
        let consumers = rx.into_receivers().into_iter().map(|rx| thread::spawn(move || rx.iter().collect())).collect();
        for value in 0..500 {
            tx.send(SYMBOLS[value as usize % SYMBOLS.len()], value)?;
        }
        Ok(consumers)
    }

    limit(|| {
        let received: Vec<Vec<u64>> = feed().unwrap().into_iter().map(|consumer| consumer.join().unwrap()).collect();
        for symbol in 0..SYMBOLS.len() as u64 {
            let of_symbol = |values: &Vec<u64>| -> Vec<u64> {
                values.iter().copied().filter(|value| value % SYMBOLS.len() as u64 == symbol).collect()
            };
            let streams: Vec<_> = received.iter().map(of_symbol).filter(|values| !values.is_empty()).collect();
            assert_eq!(streams.len(), 1, "values of one symbol at several consumers");
            assert!(streams[0].iter().copied().eq((symbol..500).step_by(SYMBOLS.len())));
        }
    });
}

#[test]
fn shard_spsc_gives_independent_pairs() {
    limit(|| {
        let ch = shard_spsc::<u64, 256>(4);
        let (shard_id, mut tx, mut rx) = ch.into_pairs().next().unwrap();
        assert_eq!(shard_id, 0);
        tx.send(7).unwrap();
        assert_eq!(rx.recv(), Ok(7));

        // One sensor and one reader for each pair.
        let readers: Vec<_> = shard_spsc::<u64, 256>(4)
            .into_pairs()
            .map(|(sensor, mut tx, mut rx)| {
                thread::spawn(move || (0..1_000).for_each(|reading| tx.send(sensor as u64 + reading).unwrap()));
                thread::spawn(move || rx.iter().sum::<u64>())
            })
            .collect();
        let sums: Vec<_> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
        assert_eq!(sums, [499_500, 500_500, 501_500, 502_500]);
    });
}

#[test]
fn the_verbs_of_a_thread() {
    fn exchange() -> Result<[u64; 2], Box<dyn Error>> {
        let (tx, rx) = round_robin::<u64, 256>(2);
        tx.send(1)?;
        tx.send_timeout(2, Duration::from_millis(100))?;
        Ok([rx.recv()?, rx.recv()?])
    }

    let mut values = limit(exchange).unwrap();
    values.sort_unstable(); // one from each shard: between shards there is no order
    assert_eq!(values, [1, 2]);
}

#[test]
fn the_verbs_of_a_task() {
    async fn exchange() -> Result<u64, Box<dyn Error>> {
        let (tx, rx) = round_robin::<u64, 256>(2);
        tx.send_async(3).await?;
        let v = rx.recv_async().await?;
        Ok(v)
    }

    assert_eq!(limit(|| smol::block_on(exchange())).unwrap(), 3);
}

#[test]
fn the_verbs_for_batches() {
    fn exchange() -> Result<(usize, Vec<u64>), Box<dyn Error>> {
        let (tx, rx) = round_robin::<u64, 256>(2);
        let mut buf: Vec<u64> = (0..100).collect();
        let sent = tx.send_batch(&mut buf)?;
        assert!(buf.is_empty());
        // Who only wants what there is may leave the count alone: `buf` tells as much.
        #[expect(unused_must_use, reason = "it compiles, and does its work")]
        {
            rx.recv_batch(&mut buf, 64);
        }
        Ok((sent, buf))
    }

    let (sent, received) = limit(exchange).unwrap();
    assert_eq!(sent, 100);
    // The batch went to one shard as a whole, so it keeps its order.
    assert!(received.iter().copied().eq(0..64), "{received:?}");
}

#[test]
fn the_verbs_that_never_wait() {
    fn exchange() -> Result<u64, Box<dyn Error>> {
        let (tx, rx) = round_robin::<u64, 1>(2);
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        tx.try_send(4)?;
        tx.try_send(5)?;
        assert_eq!(tx.try_send(6), Err(TrySendError::Full(6)));
        Ok(rx.try_recv()? + rx.try_recv()?)
    }

    assert_eq!(limit(exchange).unwrap(), 9);
}

#[test]
fn the_same_verbs_on_a_pair() {
    fn exchange() -> Result<Vec<u64>, Box<dyn Error>> {
        let (_, mut tx, mut rx) = shard_spsc::<u64, 256>(1).into_pairs().next().expect("a new shard has its pair");
        tx.send(1)?;
        tx.send_timeout(2, Duration::from_millis(100))?;
        tx.try_send(3)?;
        smol::block_on(tx.send_async(4))?;
        let mut buf = vec![5, 6];
        tx.send_batch(&mut buf)?;

        buf.extend([rx.recv()?, rx.try_recv()?, smol::block_on(rx.recv_async())?]);
        rx.recv_batch(&mut buf, 64)?;
        Ok(buf)
    }

    assert_eq!(limit(exchange).unwrap(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn threads_and_tasks_share_one_channel() {
    beside_tokio(|| {
        let (tx, rx) = round_robin::<u64, 16>(2);
        let (thread_tx, thread_rx) = (tx.clone(), rx.clone());
        thread::spawn(move || (0..500).for_each(|n| thread_tx.send(n).unwrap()));
        tokio::spawn(async move {
            for n in 500..1_000 {
                tx.send_async(n).await.unwrap();
            }
        });
        let thread = thread::spawn(move || thread_rx.iter().collect::<Vec<_>>());
        let task = tokio::spawn(async move {
            let mut values = Vec::new();
            while let Ok(value) = rx.recv_async().await {
                values.push(value);
            }
            values
        });

        let mut all = thread.join().unwrap();
        all.extend(join(task));
        all.sort_unstable();
        assert!(all.into_iter().eq(0..1_000));
    });
}

#[test]
fn quick_start() {
    beside_tokio(|| {
        let (tx, rx) = round_robin::<String, 256>(4);
        let mut readers = Vec::new();
        for r in rx.into_receivers() {
            readers.push(tokio::spawn(async move {
                let mut lines = Vec::new();
                loop {
                    match r.recv_async().await {
                        Ok(msg) => lines.push(format!("received {msg}")),
                        Err(AsyncRecvError::Disconnected) => break,
                    }
                }
                lines
            }));
        }

        thread::spawn(move || {
            for i in 0..1_000 {
                tx.send(format!("message {i}")).unwrap();
            }
        });

        let mut lines: Vec<_> = readers.into_iter().flat_map(join).collect();
        lines.sort_unstable();
        let mut expected: Vec<_> = (0..1_000).map(|i| format!("received message {i}")).collect();
        expected.sort_unstable();
        assert_eq!(lines, expected);
    });
}
