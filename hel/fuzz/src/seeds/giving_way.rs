//! Giving way: of the waits that find nobody in line the first of a side registers, the second gives way.

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    (
        "channel",
        "gives-way-then-waits",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; w 1; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0; send 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "gave-way-and-dropped",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; w 1; send 0 0; drop_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "gave-way-and-forgotten",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; forget_recv_op 0 0; w 1; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "gives-way-with-success-and-again",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; start_recv 1 0; poll_recv_op 1 0; poll_recv_op 0 1; poll_recv_op 1 0; send_batch 0 16; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "gave-way-and-passes-one-who-was-woken",
        "0 1; clone_rx 0 0; clone_rx 0 0; w 1; send 0 0; recv 2 0; start_recv 0 0; poll_recv_op 0 0; poll_recv_op 1 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0; send 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "gave-way-and-closed",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; w 1; close_tx 0 0; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "gave-way-and-limit-passes",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 2; poll_recv_op 0 0; w 1; expire_recv_op 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "soft-gives-way-and-stays-soft",
        "0 1; clone_rx 0 0; w 0; drop_recv_op 0 0; poll_recv 0 0; poll_recv 0 0; w 1; send 0 0; poll_recv_op 1 0; poll_recv 0 0",
    ),
    (
        "channel",
        "stream-gives-way",
        "0 1; clone_rx 0 0; stream 0 0; w 1; drop_recv_op 1 0; next 0 0; next 0 0; w 1; send 0 0; poll_recv_op 1 0; next 0 0; send 0 0; next 0 0",
    ),
    (
        "channel",
        "gathers-and-gives-way",
        "0 2; clone_rx 0 0; w 0; drop_recv_op 0 0; send 0 0; start_recv 0 60; poll_recv_op 0 0; w 1; send 0 0; poll_recv_op 0 0; poll_recv_op 1 0; send_batch 0 24; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "room-gives-way-then-waits",
        "0 0; clone_tx 0 0; send 0 0; v 0; drop_send_op 0 0; start_send 0 0; poll_send_op 0 0; v 1; poll_send_op 0 0; recv 0 0; poll_send_op 1 0; recv 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "room-gave-way-and-dropped",
        "0 0; clone_tx 0 0; send 0 0; v 0; drop_send_op 0 0; start_send 0 0; poll_send_op 0 0; v 1; recv 0 0; drop_send_op 0 1; poll_send_op 1 0; recv 0 0",
    ),
    (
        "channel",
        "room-batch-gives-way",
        "0 0; clone_tx 0 0; send 0 0; v 0; drop_send_op 0 0; start_send 0 34; poll_send_op 0 0; recv 0 0; poll_send_op 0 0; v 1; recv 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "sink-gives-way",
        "0 0; clone_tx 0 0; v 1; drop_send_op 1 0; sink 0 0; start_sink 0 0; v 1; drop_send_op 1 0; start_sink 0 0; poll_sink 0 0; poll_sink 0 0; v 1; recv 0 0; poll_send_op 1 0; poll_sink 0 4; recv 0 0",
    ),
    (
        "channel",
        "one-to-one-gives-way",
        "1 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; poll_recv_op 0 1; send 0 0; poll_recv_op 0 0; send 0 0; v 0; drop_send_op 0 0; start_send 0 0; poll_send_op 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0",
    ),
];
