//! A trading risk manager: strategies are tasks, checks are threads, and each symbol is checked in one place.

use std::collections::HashMap;
use std::thread::{self, JoinHandle, ThreadId};

use hel::Sender;
use hel::channel::errors::{AsyncSendError, RecvError};
use hel::channel::mpmc::shard_key;

use crate::{beside_tokio, join};

const SYMBOLS: [&str; 6] = ["AAPL", "AMZN", "GOOG", "META", "MSFT", "NVDA"];
const STRATEGIES: u32 = 3;
const ROUNDS: u32 = 40;

#[derive(Debug, PartialEq)]
struct Order {
    symbol: &'static str,
    qty: u32,
    price: f64,
    strategy: u32,
    round: u32,
}

/// An order that passed, and the worker that let it.
struct Approved {
    order: Order,
    by: ThreadId,
}

/// What one worker knows: the exposure of each of its symbols. Nobody else sees it, so it needs no lock.
#[derive(Default)]
struct Exposure(HashMap<&'static str, f64>);

impl Exposure {
    /// In each symbol; ten orders' worth.
    const LIMIT: f64 = 10_000.0;

    fn risk_check(&mut self, order: &Order) -> bool {
        let exposure = self.0.entry(order.symbol).or_default();
        let after = *exposure + f64::from(order.qty) * order.price;
        let passes = after <= Self::LIMIT;
        if passes {
            *exposure = after;
        }
        passes
    }
}

fn risk_worker(order_rx: hel::Receiver<Order>, matching_engine_tx: Sender<Approved>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut exposure = Exposure::default();
        loop {
            match order_rx.recv() {
                Ok(order) => {
                    if exposure.risk_check(&order) {
                        matching_engine_tx.send(Approved { order, by: thread::current().id() }).unwrap();
                    }
                }
                Err(RecvError::Disconnected) => break,
                Err(RecvError::TimeOut(_)) => unreachable!(),
            }
        }
    })
}

#[test]
fn every_symbol_is_checked_by_one_worker_in_order() {
    beside_tokio(|| {
        let (order_tx, order_rx) = shard_key::<Order, 64>(8);
        let (matching_engine_tx, matching_engine_rx) = hel::bounded(64);

        let workers: Vec<_> =
            order_rx.into_receivers().into_iter().map(|rx| risk_worker(rx, matching_engine_tx.clone())).collect();
        drop(matching_engine_tx);

        let strategies: Vec<_> = (0..STRATEGIES)
            .map(|strategy| {
                let order_tx = order_tx.clone();
                tokio::spawn(async move {
                    for round in 0..ROUNDS {
                        for symbol in SYMBOLS {
                            let order = Order { symbol, qty: 10, price: 100.0, strategy, round };
                            order_tx.send_async(order.symbol, order).await?;
                        }
                    }
                    Ok::<_, AsyncSendError<Order>>(())
                })
            })
            .collect();
        drop(order_tx);

        // The matching engine's side: it sees only what passed.
        let approved: Vec<Approved> = matching_engine_rx.iter().collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        strategies.into_iter().for_each(|strategy| assert_eq!(join(strategy), Ok(())));

        for symbol in SYMBOLS {
            let passed: Vec<_> = approved.iter().filter(|approved| approved.order.symbol == symbol).collect();
            assert_eq!(passed.len(), 10, "{symbol} was not checked one order at a time");
            assert!(passed.iter().all(|approved| approved.by == passed[0].by), "two workers checked {symbol}");
            for strategy in 0..STRATEGIES {
                let rounds = passed.iter().filter(|p| p.order.strategy == strategy).map(|p| p.order.round);
                assert!(rounds.enumerate().all(|(n, round)| n == round as usize), "{symbol} out of order");
            }
        }
    });
}
