//! P10, no bound on `T`: what can be sent, from threads and from spawned tasks.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::thread;

use extra1::{Kind, Mpmc, RecvEnd, SendEnd, Spsc, block_on};
use hel::channel::spsc;
use support::{limit, poll_once};

/// A task on smol's threads sends `values`, another one receives them into a `Vec`; both own their ends.
fn through_spawned_tasks<K: SpawnEnds<T>, T: Send + 'static>(values: Vec<T>) -> Vec<T> {
    let (tx, rx) = K::bounded(2);
    limit(|| {
        let sender = K::spawn_sender(tx, values);
        let received = block_on(K::spawn_receiver(rx));
        block_on(sender);
        received
    })
}

/// What a task does is `Send` only as far as its concrete future is: hence once per kind.
trait SpawnEnds<T: Send>: Kind {
    fn spawn_sender(tx: Self::Tx<T>, values: Vec<T>) -> smol::Task<()>;
    fn spawn_receiver(rx: Self::Rx<T>) -> smol::Task<Vec<T>>;
}

macro_rules! spawn_ends {
    ($kind:ty) => {
        impl<T: Send + 'static> SpawnEnds<T> for $kind {
            #[allow(unused_mut, reason = "the ends of one kind only need it")]
            fn spawn_sender(mut tx: Self::Tx<T>, values: Vec<T>) -> smol::Task<()> {
                smol::spawn(async move {
                    for value in values {
                        assert!(tx.send_async(value).await.is_ok());
                    }
                })
            }

            #[allow(unused_mut, reason = "the ends of one kind only need it")]
            fn spawn_receiver(mut rx: Self::Rx<T>) -> smol::Task<Vec<T>> {
                smol::spawn(async move {
                    let mut got = Vec::new();
                    while let Ok(value) = rx.recv_async().await {
                        got.push(value);
                    }
                    got
                })
            }
        }
    };
}

spawn_ends!(Mpmc);
spawn_ends!(Spsc);

#[test]
fn static_strings_pass_between_spawned_tasks() {
    let words = vec!["to", "be", "sent", "from", "tasks"];
    assert_eq!(through_spawned_tasks::<Mpmc, &'static str>(words.clone()), words);
    assert_eq!(through_spawned_tasks::<Spsc, &'static str>(words.clone()), words);
}

type Job = Box<dyn FnOnce() + Send>;

#[test]
fn boxed_closures_pass_between_spawned_tasks() {
    let sum = Arc::new(AtomicU32::new(0));
    let jobs = || {
        let job = |n| -> Job {
            let sum = Arc::clone(&sum);
            Box::new(move || {
                sum.fetch_add(n, Ordering::Relaxed);
            })
        };
        (1..=4).map(job).collect()
    };
    through_spawned_tasks::<Mpmc, Job>(jobs()).into_iter().for_each(|job| job());
    through_spawned_tasks::<Spsc, Job>(jobs()).into_iter().for_each(|job| job());
    assert_eq!(sum.load(Ordering::Relaxed), 20);
}

#[test]
fn cells_pass_between_spawned_tasks() {
    let cells = || (0..5).map(Cell::new).collect::<Vec<_>>();
    assert_eq!(through_spawned_tasks::<Mpmc, Cell<u32>>(cells()), cells());
    assert_eq!(through_spawned_tasks::<Spsc, Cell<u32>>(cells()), cells());
}

/// One task of each end, owned by the future itself: what `spawn` asks for without an `async` block.
#[test]
fn owned_futures_are_spawned_as_they_are() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        let receiver = smol::spawn(hel::RecvFuture::new(rx));
        let sender = smol::spawn(hel::SendFuture::new(tx, "owned"));
        assert_eq!(block_on(sender), Ok(()));
        assert_eq!(block_on(receiver), Ok("owned"));

        let (tx, rx) = spsc::bounded(1);
        let receiver = smol::spawn(hel::RecvFuture::new(rx));
        let sender = smol::spawn(hel::SendFuture::new(tx, "owned"));
        assert_eq!(block_on(sender), Ok(()));
        assert_eq!(block_on(receiver), Ok("owned"));
    });
}

/// Scoped threads and the tasks they drive send what they borrow.
fn borrowed_data_passes<K: Kind>() {
    let text = String::from("borrowed words that nobody copies");
    let (mut tx, mut rx) = K::bounded::<&str>(2);
    let received: Vec<&str> = limit(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                for (n, word) in text.split(' ').enumerate() {
                    match n % 2 {
                        0 => tx.send(word).unwrap(),
                        _ => block_on(tx.send_async(word)).unwrap(),
                    }
                }
                drop(tx);
            });
            scope.spawn(|| rx.iter().collect()).join().unwrap()
        })
    });
    assert_eq!(received, text.split(' ').collect::<Vec<_>>());
    let inside = text.as_bytes().as_ptr_range();
    assert!(received.iter().all(|word| inside.contains(&word.as_ptr())));
}

#[test]
fn borrowed_data_passes_between_scoped_threads() {
    borrowed_data_passes::<Mpmc>();
    borrowed_data_passes::<Spsc>();
}

/// A closure that borrows mutably is sent, run elsewhere, and its effect is seen here.
#[test]
fn borrowing_closures_pass_between_scoped_threads() {
    let mut counts = [0; 3];
    let (tx, rx) = hel::bounded::<Box<dyn FnOnce() + Send + '_>>(1);
    limit(|| {
        thread::scope(|scope| {
            scope.spawn(|| rx.into_iter().for_each(|job| job()));
            for count in &mut counts {
                assert!(tx.send(Box::new(|| *count += 1)).is_ok());
            }
            drop(tx);
        });
    });
    assert_eq!(counts, [1, 1, 1]);
}

/// Values that stay on their thread pass between its tasks, polled by hand; MPMC and SPSC.
#[test]
fn values_of_one_thread_pass_between_its_tasks() {
    let shared = Rc::new(Cell::new(0));

    let (tx, rx) = hel::bounded(1);
    let mut receive = rx.recv_async();
    assert!(poll_once(&mut receive).is_pending());
    assert_eq!(poll_once(&mut tx.send_async(Rc::clone(&shared))), Poll::Ready(Ok(())));
    let Poll::Ready(Ok(received)) = poll_once(&mut receive) else { panic!("it was sent") };
    assert!(Rc::ptr_eq(&received, &shared));

    let (mut tx, mut rx) = spsc::bounded(1);
    tx.try_send(Rc::clone(&shared)).unwrap();
    let mut send = tx.send_async(Rc::clone(&shared));
    assert!(poll_once(&mut send).is_pending());
    assert!(Rc::ptr_eq(&rx.try_recv().unwrap(), &shared));
    assert_eq!(poll_once(&mut send), Poll::Ready(Ok(())));
    drop(send);
    assert_eq!(Rc::strong_count(&shared), 3, "here, received first, and in the channel");
    drop((tx, rx));
    assert_eq!(Rc::strong_count(&shared), 2);
}

/// The same on an executor of one thread.
#[test]
fn values_of_one_thread_pass_on_a_local_executor() {
    let executor = smol::LocalExecutor::new();
    let (tx, rx) = hel::bounded(1);
    let sum = Rc::new(Cell::new(0));
    limit(|| {
        let sender = executor.spawn({
            let sum = Rc::clone(&sum);
            async move {
                for _ in 0..5 {
                    assert!(tx.send_async(Rc::clone(&sum)).await.is_ok());
                }
            }
        });
        let receiver = executor.spawn(async move {
            while let Ok(sum) = rx.recv_async().await {
                sum.set(sum.get() + 1);
            }
        });
        block_on(executor.run(async {
            sender.await;
            receiver.await;
        }));
    });
    assert_eq!((sum.get(), Rc::strong_count(&sum)), (5, 1));
}

/// A value that holds an end of its own channel: a reply address.
#[test]
fn an_end_passes_through_a_channel() {
    limit(|| {
        let (requests, server) = hel::bounded::<(u32, spsc::Sender<u32>)>(1);
        thread::scope(|scope| {
            scope.spawn(move || server.into_iter().for_each(|(n, mut reply)| reply.send(n * 2).unwrap()));
            for n in 0..100 {
                let (reply, mut answer) = spsc::bounded(1);
                requests.send((n, reply)).unwrap();
                assert_eq!(answer.recv(), Ok(n * 2));
            }
            drop(requests);
        });
    });
}
