//! What travels: a number, and nothing or something around it.

/// A value that carries a number, and can tell whether it arrived whole.
pub(crate) trait Payload: Clone + Send + Sync + Unpin + 'static {
    fn of(number: u64) -> Self;
    fn number(&self) -> u64;
    fn is_whole(&self) -> bool;
}

impl Payload for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }

    fn is_whole(&self) -> bool {
        true
    }
}

/// `N` words, all the same.
#[derive(Clone, Debug)]
pub(crate) struct Words<const N: usize>([u64; N]);

impl<const N: usize> Payload for Words<N> {
    fn of(number: u64) -> Self {
        Self([number; N])
    }

    fn number(&self) -> u64 {
        self.0[N - 1]
    }

    fn is_whole(&self) -> bool {
        self.0.iter().all(|word| *word == self.0[0])
    }
}

/// 80 bytes, the size of an order or an event.
pub(crate) type Wide = Words<10>;

/// 1,024 bytes, a small packet.
pub(crate) type Block = Words<128>;

/// Which payload a work sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Bytes8,
    Bytes80,
    Bytes1024,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Payload>(bytes: usize) {
        assert_eq!(size_of::<T>(), bytes);
        let value = T::of(7);
        assert_eq!(value.number(), 7);
        assert!(value.is_whole());
    }

    #[test]
    fn payloads_have_their_size_and_number() {
        check::<u64>(8);
        check::<Wide>(80);
        check::<Block>(1024);
    }

    #[test]
    fn a_torn_payload_is_not_whole() {
        let mut torn = Wide::of(7);
        torn.0[3] = 8;
        assert!(!torn.is_whole());
    }
}
