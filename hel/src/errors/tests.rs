//! What the errors print, give back and turn into.

use super::*;
use std::marker::PhantomData;

const LIMIT: Duration = Duration::from_millis(250);

/// Neither `Debug` nor `Clone` nor `PartialEq`.
struct Opaque(u32);

fn each_send_error<T>(mut value: impl FnMut() -> T) -> Vec<Box<dyn Fn() -> (String, String)>>
where
    T: 'static,
{
    fn printer<E: Error + 'static>(error: E) -> Box<dyn Fn() -> (String, String)> {
        Box::new(move || (format!("{error:?}"), error.to_string()))
    }
    vec![
        printer(SendError::TimeOut(value(), LIMIT)),
        printer(SendError::Disconnected(value())),
        printer(TrySendError::Full(value())),
        printer(TrySendError::Disconnected(value())),
        printer(AsyncSendError::Disconnected(value())),
    ]
}

#[test]
fn value_errors_print_without_the_value() {
    let printed: Vec<_> = each_send_error(|| Opaque(7)).iter().map(|print| print()).collect();
    let debug: Vec<_> = printed.iter().map(|(debug, _)| debug.as_str()).collect();
    let expected = ["TimeOut(.., 250ms)", "Disconnected(..)", "Full(..)", "Disconnected(..)", "Disconnected(..)"];
    assert_eq!(debug, expected);
}

#[test]
fn messages_are_lower_case_without_a_full_stop() {
    let mut messages: Vec<_> = each_send_error(|| Opaque(7)).iter().map(|print| print().1).collect();
    let others: [&dyn Error; 11] = [
        &SendBatchError::TimeOut { sent: 3, after: LIMIT },
        &SendBatchError::Disconnected { sent: 3 },
        &TrySendBatchError::Full { sent: 3 },
        &TrySendBatchError::Disconnected { sent: 3 },
        &AsyncSendBatchError::Disconnected { sent: 3 },
        &RecvError::TimeOut(LIMIT),
        &RecvError::Disconnected,
        &TryRecvError::Empty,
        &TryRecvError::Disconnected,
        &AsyncRecvError::Disconnected,
        &SendError::Disconnected(PhantomData::<*const u8>),
    ];
    messages.extend(others.iter().map(|error| error.to_string()));
    for message in messages {
        assert_eq!(message, message.to_lowercase());
        assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    }
}

#[test]
fn limits_and_counts_are_in_the_message() {
    assert!(RecvError::TimeOut(LIMIT).to_string().contains("250ms"));
    assert!(SendError::TimeOut((), LIMIT).to_string().contains("250ms"));
    let batch = SendBatchError::TimeOut { sent: 3, after: LIMIT }.to_string();
    assert!(batch.contains("250ms") && batch.contains('3'), "{batch}");
    assert!(AsyncSendBatchError::Disconnected { sent: 3 }.to_string().contains('3'));
}

#[test]
fn the_value_comes_back() {
    assert_eq!(SendError::TimeOut(Opaque(1), LIMIT).into_inner().0, 1);
    assert_eq!(SendError::Disconnected(Opaque(2)).into_inner().0, 2);
    assert_eq!(TrySendError::Full(Opaque(3)).into_inner().0, 3);
    assert_eq!(TrySendError::Disconnected(Opaque(4)).into_inner().0, 4);
    assert_eq!(AsyncSendError::Disconnected(Opaque(5)).into_inner().0, 5);
}

#[test]
fn map_keeps_the_reason() {
    assert_eq!(SendError::TimeOut(1, LIMIT).map(|n| n + 1), SendError::TimeOut(2, LIMIT));
    assert_eq!(SendError::Disconnected(1).map(|n| n + 1), SendError::Disconnected(2));
    assert_eq!(TrySendError::Full(1).map(|n| n + 1), TrySendError::Full(2));
    assert_eq!(TrySendError::Disconnected(1).map(|n| n + 1), TrySendError::Disconnected(2));
    assert_eq!(AsyncSendError::Disconnected(1).map(|n| n + 1), AsyncSendError::Disconnected(2));
}

#[test]
fn each_question_is_true_of_one_variant() {
    let (late, gone) = (SendError::TimeOut((), LIMIT), SendError::Disconnected(()));
    assert!(late.is_timeout() && !late.is_disconnected() && gone.is_disconnected() && !gone.is_timeout());
    let (full, gone) = (TrySendError::Full(()), TrySendError::Disconnected(()));
    assert!(full.is_full() && !full.is_disconnected() && gone.is_disconnected() && !gone.is_full());
    let (late, gone) = (RecvError::TimeOut(LIMIT), RecvError::Disconnected);
    assert!(late.is_timeout() && !late.is_disconnected() && gone.is_disconnected() && !gone.is_timeout());
    let (empty, gone) = (TryRecvError::Empty, TryRecvError::Disconnected);
    assert!(empty.is_empty() && !empty.is_disconnected() && gone.is_disconnected() && !gone.is_empty());
}

#[test]
fn batch_errors_say_how_many_went() {
    assert_eq!(SendBatchError::TimeOut { sent: 1, after: LIMIT }.sent(), 1);
    assert_eq!(SendBatchError::Disconnected { sent: 2 }.sent(), 2);
    assert_eq!(TrySendBatchError::Full { sent: 3 }.sent(), 3);
    assert_eq!(TrySendBatchError::Disconnected { sent: 4 }.sent(), 4);
    assert_eq!(AsyncSendBatchError::Disconnected { sent: 5 }.sent(), 5);
}

#[test]
fn async_errors_convert_to_the_wider_types() {
    let gone = AsyncSendError::Disconnected(9);
    assert_eq!(SendError::from(gone), SendError::Disconnected(9));
    assert_eq!(TrySendError::from(gone), TrySendError::Disconnected(9));
    assert_eq!(RecvError::from(AsyncRecvError::Disconnected), RecvError::Disconnected);
    assert_eq!(TryRecvError::from(AsyncRecvError::Disconnected), TryRecvError::Disconnected);
    let batch = AsyncSendBatchError::Disconnected { sent: 6 };
    assert_eq!(SendBatchError::from(batch), SendBatchError::Disconnected { sent: 6 });
    assert_eq!(TrySendBatchError::from(batch), TrySendBatchError::Disconnected { sent: 6 });
}

#[test]
fn borrowed_values_make_errors_too() {
    fn is_error<E: Error>(error: E) -> String {
        error.to_string()
    }
    let text = String::from("borrowed");
    assert_eq!(is_error(TrySendError::Full(text.as_str())), "sending on a full channel");
}
