//! The borrowed form of a receiving end, of either kind.

use hel::channel::{mpmc, spsc};

use crate::extra2::{Channel, Exclusive, Mpmc, RxEnd, Spsc};

pub(crate) trait Lend: Channel {
    fn lend<T: Send + 'static>(rx: &mut Self::Rx<T>) -> <Self::Rx<T> as RxEnd<T>>::Lent<'_>;
}

impl Lend for Mpmc {
    fn lend<T: Send + 'static>(rx: &mut mpmc::Receiver<T>) -> &mpmc::Receiver<T> {
        rx
    }
}

impl Lend for Exclusive {
    fn lend<T: Send + 'static>(rx: &mut mpmc::ExclusiveReceiver<T>) -> &mut mpmc::ExclusiveReceiver<T> {
        rx
    }
}

impl Lend for Spsc {
    fn lend<T: Send + 'static>(rx: &mut spsc::Receiver<T>) -> &mut spsc::Receiver<T> {
        rx
    }
}
