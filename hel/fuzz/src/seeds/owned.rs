//! Futures that own their end: that goes with them, and so does its seat.

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    (
        "channel",
        "owned-recv-goes-when-ready",
        "0 1; clone_rx 0 0; start_owned_recv 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; send 0 0; recv 0 0; start_owned_recv 0 0; poll_recv_op 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; send 0 0",
    ),
    (
        "channel",
        "owned-recv-of-the-last-dropped",
        "0 1; send 0 0; start_owned_recv 0 0; drop_recv_op 0 0; send 0 0; v 0",
    ),
    (
        "channel",
        "owned-recv-woken-and-dropped",
        "0 1; clone_rx 0 0; start_owned_recv 0 0; poll_recv_op 0 0; w 1; send 0 0; drop_recv_op 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "owned-recv-woken-and-dropped-closes",
        "0 1; start_owned_recv 0 0; poll_recv_op 0 0; send 0 0; start_send 0 3; poll_send_op 0 0; drop_recv_op 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "owned-recv-forgotten",
        "0 1; clone_rx 0 0; start_owned_recv 0 0; poll_recv_op 0 0; w 1; forget_recv_op 0 0; send 0 0; send 0 0; drop_rx 0 0; send 0 0",
    ),
    (
        "channel",
        "owned-recv-of-a-polled-handle",
        "0 0; clone_rx 0 0; poll_recv 0 0; start_owned_recv 0 0; poll_recv_op 0 0; w 1; send 0 0; forget_recv_op 0 0; recv 0 0; send 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "owned-batch-and-gathering",
        "0 2; clone_rx 0 0; start_owned_recv 0 36; poll_recv_op 0 0; start_owned_recv 1 60; poll_recv_op 1 0; send_batch 0 24; poll_recv_op 0 0; poll_recv_op 0 0; send 0 0; drop_recv_op 0 0",
    ),
    (
        "channel",
        "owned-limit-passes",
        "0 1; clone_rx 0 0; start_owned_recv 0 2; poll_recv_op 0 0; w 1; send 0 0; expire_recv_op 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "owned-send-of-the-last-is-done",
        "0 0; w 0; start_owned_send 0 0; poll_send_op 0 0; poll_recv_op 0 0; w 0",
    ),
    (
        "channel",
        "owned-send-of-the-last-dropped",
        "0 0; clone_rx 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; recv 0 0; w 0; w 1; drop_send_op 0 1; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "owned-sends-of-every-form",
        "0 0; clone_tx 0 0; clone_tx 0 0; clone_tx 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; start_owned_send 1 1; poll_send_op 1 0; start_owned_send 2 34; poll_send_op 2 0; recv 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0; recv 0 0",
    ),
    (
        "channel",
        "owned-sends-forgotten",
        "0 0; clone_tx 0 0; clone_tx 0 0; clone_tx 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; start_owned_send 1 1; poll_send_op 1 0; start_owned_send 2 34; poll_send_op 2 0; forget_send_op 0 0; forget_send_op 0 0; forget_send_op 0 0; v 0; recv 0 0; send 0 0; recv 0 0",
    ),
    (
        "channel",
        "owned-sends-closed",
        "0 0; clone_tx 0 0; clone_tx 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; start_owned_send 1 34; poll_send_op 1 0; drop_rx 0 0; poll_send_op 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "one-to-one-owned",
        "1 0; start_owned_recv 0 0; poll_recv_op 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; poll_recv_op 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "one-to-one-owned-and-forgotten",
        "1 0; send 0 0; start_owned_send 0 34; poll_send_op 0 0; forget_send_op 0 0; recv 0 0; start_owned_recv 0 0; poll_recv_op 0 0; forget_recv_op 0 0",
    ),
    (
        "channel",
        "exclusive-owned",
        "0 1; convert_rx 0 0; start_owned_recv 0 36; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; send 0 0",
    ),
];
