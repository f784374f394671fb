//! The core of a matching engine: books on threads, their reports through one-to-one channels to tasks.

use std::collections::{HashMap, VecDeque};
use std::thread;

use hel::channel::errors::{AsyncRecvError, RecvError};
use hel::channel::mpmc::shard_key;
use hel::channel::spsc::shard_spsc;

use crate::{beside_tokio, join};

const SYMBOLS: [&str; 7] = ["AAPL", "AMZN", "GOOG", "META", "MSFT", "NVDA", "TSLA"];
const ORDERS_A_SYMBOL: u32 = 120;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Buy,
    Sell,
}

/// An order at the one price that this market knows.
#[derive(Debug)]
struct Order {
    symbol: &'static str,
    id: u32,
    side: Side,
    qty: u32,
}

#[derive(Clone, Copy, Debug)]
struct ExecutionReport {
    symbol: &'static str,
    resting: u32,
    incoming: u32,
    qty: u32,
}

/// The books of the symbols that one worker owns.
#[derive(Default)]
struct OrderBook {
    resting: HashMap<&'static str, VecDeque<Order>>,
}

impl OrderBook {
    fn new() -> Self {
        Self::default()
    }

    /// Fills the order from those that rest on the other side, the oldest first; what is left of it rests.
    fn process(&mut self, mut order: Order) -> Vec<ExecutionReport> {
        let resting = self.resting.entry(order.symbol).or_default();
        let mut fills = Vec::new();
        while order.qty > 0 {
            let Some(oldest) = resting.front_mut().filter(|oldest| oldest.side != order.side) else {
                resting.push_back(order);
                break;
            };
            let qty = order.qty.min(oldest.qty);
            fills.push(ExecutionReport { symbol: order.symbol, resting: oldest.id, incoming: order.id, qty });
            order.qty -= qty;
            oldest.qty -= qty;
            if oldest.qty == 0 {
                resting.pop_front();
            }
        }
        fills
    }
}

/// Every symbol's orders, interleaved: three buys of 2 for each two sells of 3.
fn orders() -> impl Iterator<Item = Order> {
    (0..ORDERS_A_SYMBOL).flat_map(|id| {
        let (side, qty) = if id % 5 < 3 { (Side::Buy, 2) } else { (Side::Sell, 3) };
        SYMBOLS.into_iter().map(move |symbol| Order { symbol, id, side, qty })
    })
}

#[test]
fn books_fill_every_order_and_report_each_fill() {
    beside_tokio(|| {
        let num_shards = 4;
        let (inbound_tx, inbound_rx) = shard_key::<Order, 512>(num_shards);
        let exec_reports = shard_spsc::<ExecutionReport, 256>(num_shards);
        let (portfolio_tx, portfolio_rx) = hel::bounded::<ExecutionReport>(64);

        let handles: Vec<_> = inbound_rx
            .into_receivers()
            .into_iter()
            .zip(exec_reports.into_pairs())
            .map(|(order_rx, (_, mut report_tx, mut report_rx))| {
                let worker = thread::spawn(move || {
                    let mut book = OrderBook::new();
                    loop {
                        match order_rx.recv() {
                            Ok(order) => {
                                let fills = book.process(order);
                                for fill in fills {
                                    report_tx.send(fill).unwrap();
                                }
                            }
                            Err(RecvError::Disconnected) => break,
                            Err(_) => unreachable!(),
                        }
                    }
                    book
                });

                let portfolio_tx = portfolio_tx.clone();
                let reporter = tokio::spawn(async move {
                    loop {
                        match report_rx.recv_async().await {
                            Ok(report) => portfolio_tx.send_async(report).await.unwrap(),
                            Err(AsyncRecvError::Disconnected) => break,
                        }
                    }
                });

                (worker, reporter)
            })
            .collect();
        drop(portfolio_tx);

        thread::spawn(move || orders().for_each(|order| inbound_tx.send(order.symbol, order).unwrap()));
        let reports: Vec<ExecutionReport> = portfolio_rx.iter().collect();
        for (worker, reporter) in handles {
            let book = worker.join().unwrap();
            assert!(book.resting.values().all(VecDeque::is_empty), "orders were left over");
            join(reporter);
        }
        assert_as_in_a_plain_loop(&reports);
    });
}

/// Each symbol's reports are those of one book that no other thread ever touched, in the same order.
fn assert_as_in_a_plain_loop(reports: &[ExecutionReport]) {
    let mut book = OrderBook::new();
    let plain: Vec<_> = orders().flat_map(|order| book.process(order)).collect();
    for symbol in SYMBOLS {
        let of_symbol = |reports: &[ExecutionReport]| -> Vec<(u32, u32, u32)> {
            let of_symbol = reports.iter().filter(|report| report.symbol == symbol);
            of_symbol.map(|report| (report.resting, report.incoming, report.qty)).collect()
        };
        assert_eq!(of_symbol(reports), of_symbol(&plain), "{symbol}");
        assert_eq!(of_symbol(reports).iter().map(|(.., qty)| qty).sum::<u32>(), ORDERS_A_SYMBOL / 5 * 6);
    }
    assert_eq!(reports.len(), plain.len());
}
