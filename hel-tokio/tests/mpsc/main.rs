//! The stand-in for `tokio::sync::mpsc`, side by side with it: one body of tests, of which only the import is changed.

mod differs;
#[path = "../support/mod.rs"]
mod support;

mod over_tokio {
    use tokio::sync::mpsc;

    include!("behaviour.rs");
}

mod over_hel {
    use hel_tokio::mpsc;

    include!("behaviour.rs");
}

/// What is hel's own.
mod beyond {
    use futures_util::{SinkExt, StreamExt};
    use hel_tokio::mpsc;

    #[tokio::test]
    async fn halves_are_streams_and_sinks() {
        let _watch = crate::support::watch();
        let (tx, rx) = mpsc::channel(2);
        let sender = tokio::spawn(async move {
            let mut sink = tx.into_sink();
            for n in 0..100 {
                sink.send(n).await.unwrap();
            }
            sink.close().await.unwrap();
        });
        assert!(rx.into_stream().collect::<Vec<_>>().await.into_iter().eq(0..100));
        sender.await.unwrap();
    }

    #[tokio::test]
    async fn both_vocabularies_speak_of_one_channel() {
        let _watch = crate::support::watch();
        let (tx, mut rx) = mpsc::channel(2);
        let inner = tx.clone().into_inner();
        inner.send_async(1).await.unwrap();
        tx.send(2).await.unwrap();
        assert_eq!(rx.recv().await, Some(1));
        assert_eq!(rx.into_inner().recv(), Ok(2));
    }
}
