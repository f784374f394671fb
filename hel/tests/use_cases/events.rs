//! An event-driven backend: raw events, a processor for each type, and notifiers that share the rest.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use hel::channel::errors::AsyncRecvError;
use hel::channel::mpmc::{RoundRobinSender, round_robin, shard_key};

use crate::{beside_tokio, join};

const EVENTS: usize = 900;

#[derive(Debug)]
struct OrderEvent(usize);
#[derive(Debug)]
struct PaymentEvent(usize);
#[derive(Debug)]
struct UserEvent(usize);

#[derive(Debug)]
enum Event {
    Order(OrderEvent),
    Payment(PaymentEvent),
    User(UserEvent),
}

impl Event {
    fn type_key(&self) -> &'static str {
        match self {
            Event::Order(_) => "order",
            Event::Payment(_) => "payment",
            Event::User(_) => "user",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Notification {
    about: &'static str,
    id: usize,
    processor: usize,
}

/// Reads `TYPE ID`.
fn parse(raw: &str) -> Event {
    let (kind, id) = raw.split_once(' ').unwrap();
    let id = id.parse().unwrap();
    match kind {
        "order" => Event::Order(OrderEvent(id)),
        "payment" => Event::Payment(PaymentEvent(id)),
        "user" => Event::User(UserEvent(id)),
        other => panic!("no such type: {other}"),
    }
}

/// What the processors do with their events: tell the subscribers.
struct Processor {
    id: usize,
    notify_tx: RoundRobinSender<Notification>,
}

impl Processor {
    async fn process_order(&self, event: OrderEvent) {
        self.notify("order", event.0).await;
    }

    async fn process_payment(&self, event: PaymentEvent) {
        self.notify("payment", event.0).await;
    }

    async fn process_user(&self, event: UserEvent) {
        self.notify("user", event.0).await;
    }

    async fn notify(&self, about: &'static str, id: usize) {
        self.notify_tx.send_async(Notification { about, id, processor: self.id }).await.unwrap();
    }
}

#[test]
fn each_type_has_one_processor_and_each_event_one_notification() {
    beside_tokio(|| {
        let (event_tx, event_rx) = shard_key::<Event, 64>(4);
        let (notify_tx, notify_rx) = round_robin::<Notification, 16>(4);

        let processors: Vec<_> = event_rx
            .into_receivers()
            .into_iter()
            .enumerate()
            .map(|(id, rx)| {
                let processor = Processor { id, notify_tx: notify_tx.clone() };
                tokio::spawn(async move {
                    loop {
                        match rx.recv_async().await {
                            Ok(Event::Order(e)) => processor.process_order(e).await,
                            Ok(Event::Payment(e)) => processor.process_payment(e).await,
                            Ok(Event::User(e)) => processor.process_user(e).await,
                            Err(AsyncRecvError::Disconnected) => break,
                        }
                    }
                })
            })
            .collect();
        drop(notify_tx);

        let notifiers: Vec<_> = notify_rx
            .into_receivers()
            .into_iter()
            .map(|rx| {
                tokio::spawn(async move {
                    let mut notified = Vec::new();
                    loop {
                        match rx.recv_async().await {
                            Ok(n) => notified.push(n),
                            Err(AsyncRecvError::Disconnected) => break,
                        }
                    }
                    notified
                })
            })
            .collect();

        let ingester = tokio::spawn(async move {
            let kinds = ["order", "payment", "user"];
            let mut ws_stream = stream::iter((0..EVENTS).map(|id| format!("{} {id}", kinds[id % 3])));
            while let Some(raw) = ws_stream.next().await {
                let event: Event = parse(&raw);
                let key = event.type_key();
                event_tx.send_async(key, event).await.unwrap();
            }
        });

        join(ingester);
        processors.into_iter().for_each(join);
        check(notifiers.into_iter().map(join).collect());
    });
}

fn check(notified: Vec<Vec<Notification>>) {
    assert!(notified.iter().all(|share| !share.is_empty()), "a notifier had nothing to do");
    let mut all = notified.concat();
    all.sort_unstable_by_key(|notification| notification.id);
    assert!(all.iter().map(|notification| notification.id).eq(0..EVENTS), "events were lost or doubled");

    let mut processor_of = BTreeMap::new();
    for notification in &all {
        let first = *processor_of.entry(notification.about).or_insert(notification.processor);
        assert_eq!(first, notification.processor, "two processors for one type");
    }
    assert_eq!(processor_of.len(), 3);
}
