//! Waiting for items, and for room.

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    // Receivers that wait.
    (
        "channel",
        "woken-one-dropped",
        "0 1; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send 0 0; drop_recv_op 0 0; poll_recv_op 1 0; drop_recv_op 2 0",
    ),
    (
        "channel",
        "woken-one-dropped-of-three",
        "0 1; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send 0 0; drop_recv_op 0 0; drop_recv_op 1 0; poll_recv_op 2 0",
    ),
    (
        "channel",
        "middle-one-dropped",
        "0 2; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; drop_recv_op 1 0; send_batch 0 16; poll_recv_op 2 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "batch-wakes-two",
        "0 2; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send_batch 0 16; drop_recv_op 0 0; poll_recv_op 1 0; poll_recv_op 2 0",
    ),
    (
        "channel",
        "two-values-one-wake-each",
        "0 2; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send 0 0; send 0 4; poll_recv_op 0 0; drop_recv_op 1 0; poll_recv_op 2 0",
    ),
    ("channel", "soft-before-hard", "0 0; clone_rx 0 0; poll_recv 0 0; w 1; send 0 0; poll_recv_op 1 0"),
    (
        "channel",
        "softs-around-hards",
        "0 1; clone_rx 0 0; clone_rx 0 0; clone_rx 0 0; poll_recv 0 0; w 1; poll_recv 2 0; w 3; send 0 0; drop_recv_op 1 0; drop_recv_op 3 0; poll_recv 2 0",
    ),
    (
        "channel",
        "stream-before-hard",
        "0 0; clone_rx 0 0; stream 0 0; next 0 0; w 1; send 0 0; next 0 0; poll_recv_op 1 0; send 0 0; poll_recv_op 1 1",
    ),
    (
        "channel",
        "thief-then-front",
        "0 0; clone_rx 0 0; clone_rx 0 0; w 0; w 1; send 0 0; recv 2 0; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "forgotten-before-hard",
        "0 1; clone_rx 0 0; w 0; forget_recv_op 0 0; w 1; send 0 0; send 0 0; poll_recv_op 1 0; recv 0 0",
    ),
    (
        "channel",
        "woken-and-forgotten",
        "0 1; clone_rx 0 0; w 0; w 1; send 0 0; forget_recv_op 0 0; recv 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "limit-passes-while-woken",
        "0 1; clone_rx 0 0; start_recv 0 2; poll_recv_op 0 0; w 1; send 0 0; expire_recv_op 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "limit-passes",
        "0 1; clone_rx 0 0; start_recv 0 2; poll_recv_op 0 0; w 1; expire_recv_op 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "new-waker",
        "0 0; clone_rx 0 0; w 0; w 1; poll_recv_op 0 1; poll_recv_op 0 0; send 0 0; poll_recv_op 0 1",
    ),
    (
        "channel",
        "cancelled-poll",
        "0 0; clone_rx 0 0; poll_recv 0 0; w 1; cancel_recv 0 0; send 0 0; poll_recv_op 1 0; poll_recv 0 0; poll_recv 0 0; send 0 0; cancel_recv 0 0; recv 0 0",
    ),
    (
        "channel",
        "batch-receives-and-passes-on",
        "0 3; clone_rx 0 0; clone_rx 0 0; start_recv 0 36; poll_recv_op 0 0; w 1; w 2; send_batch 0 24; poll_recv_op 0 0; drop_recv_op 1 0; poll_recv_op 2 0",
    ),
    (
        "channel",
        "close-wakes-all",
        "0 0; clone_rx 0 0; clone_tx 0 0; w 0; w 1; start_send 0 3; poll_send_op 0 0; close_tx 1 0; poll_recv_op 1 0; poll_recv_op 0 0; poll_send_op 0 0",
    ),
    ("channel", "drained-is-told", "0 1; clone_rx 0 0; clone_rx 0 0; send 0 0; close_tx 0 0; w 0; w 1; w 2"),
    (
        "channel",
        "last-sender-goes",
        "0 0; clone_rx 0 0; clone_tx 0 0; w 0; w 1; drop_tx 0 0; drop_tx 0 0; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    // Senders that wait.
    (
        "channel",
        "room-woken-one-dropped",
        "0 0; clone_tx 0 0; clone_tx 0 0; send 0 0; v 0; v 1; v 2; recv 0 0; drop_send_op 0 0; poll_send_op 1 0; drop_send_op 2 0",
    ),
    (
        "channel",
        "room-batch-in-between",
        "0 1; clone_tx 0 0; clone_tx 0 0; send 0 0; send 0 0; v 0; start_send 1 34; poll_send_op 1 0; v 2; recv_batch 0 32; poll_send_op 1 0; drop_send_op 0 0; recv 0 0; poll_send_op 1 0; poll_send_op 2 0",
    ),
    (
        "channel",
        "batch-takes-room-meant-for-two",
        "0 2; clone_tx 0 0; clone_tx 0 0; send_batch 0 24; start_send 0 34; poll_send_op 0 0; v 1; v 2; recv_batch 0 48; poll_send_op 1 0; poll_send_op 0 0; poll_send_op 2 0",
    ),
    (
        "channel",
        "room-soft-before-hard",
        "0 0; clone_tx 0 0; send 0 0; poll_send 0 0; v 1; recv 0 0; poll_send_op 1 0; recv 0 0",
    ),
    (
        "channel",
        "sink-waits",
        "0 0; clone_tx 0 0; sink 0 0; start_sink 0 0; start_sink 0 0; poll_sink 0 0; v 1; recv 0 0; poll_sink 0 4; recv 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "sink-closes",
        "0 0; sink 0 0; start_sink 0 1; start_sink 0 2; poll_sink 0 6; recv 0 0; poll_sink 0 6; recv 0 0; recv 0 0",
    ),
    (
        "channel",
        "sink-gives-back",
        "0 0; clone_tx 0 0; sink 0 0; start_sink 0 1; start_sink 0 2; poll_sink 0 0; v 1; take_unsent 0 0; recv 0 0; poll_send_op 1 0; sink 0 0",
    ),
    (
        "channel",
        "sender-forgotten",
        "0 0; clone_tx 0 0; send 0 0; v 0; v 1; forget_send_op 0 0; recv 0 0; send 0 0; recv 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "last-receiver-goes",
        "0 1; clone_tx 0 0; send 0 0; send 0 0; v 0; start_send 1 34; poll_send_op 1 0; drop_rx 0 0; poll_send_op 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "batch-left-in-order",
        "0 1; start_send 0 42; poll_send_op 0 0; recv 0 0; poll_send_op 0 0; drop_send_op 0 0; try_iter 0 4",
    ),
    (
        "channel",
        "exclusive-and-back",
        "0 1; convert_rx 0 0; w 0; forget_recv_op 0 0; w 0; send 0 0; send 0 0; poll_recv_op 0 0; convert_rx 0 0; clone_rx 0 0; w 0; w 1",
    ),
    (
        "channel",
        "weak-handles",
        "0 0; downgrade_rx 0 0; downgrade_tx 0 0; convert_rx 0 0; upgrade_rx 0 0; convert_rx 0 0; upgrade_rx 0 0; drop_tx 0 0; upgrade_tx 0 0; drop_rx 0 0; drop_rx 0 0; upgrade_rx 0 0",
    ),
    (
        "channel",
        "one-to-one-forgets",
        "1 0; w 0; forget_recv_op 0 0; w 0; send 0 0; poll_recv_op 0 0; send 0 0; v 0; forget_send_op 0 0; v 0; recv 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "one-to-one-soft-and-hard",
        "1 1; poll_recv 0 0; w 0; send 0 0; poll_recv_op 0 0; stream 0 0; next 0 0; next 0 0; send 0 0; next 0 0",
    ),
    ("channel", "one-to-one-closes", "1 1; send 0 0; close_rx 0 0; send 0 0; send_batch 0 16; recv 0 0; w 0"),
    (
        "channel",
        "one-to-one-drains-late",
        "1 1; send 0 0; send 0 0; v 0; close_tx 0 0; poll_send_op 0 0; recv_batch 0 48; recv 0 0",
    ),
    (
        "channel",
        "gathers-and-passes-on",
        "0 2; clone_rx 0 0; start_recv 0 60; poll_recv_op 0 0; w 1; send 0 0; poll_recv_op 0 0; send_batch 0 16; poll_recv_op 1 0; poll_recv_op 0 0; expire_recv_op 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "gathering-given-up",
        "0 2; clone_rx 0 0; start_recv 0 60; poll_recv_op 0 0; w 1; send 0 0; poll_recv_op 0 0; send 0 0; drop_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "value-taken-back",
        "0 0; clone_tx 0 0; send 0 0; v 0; v 1; recv 0 0; drop_send_op 0 1; poll_send_op 1 0; drop_send_op 1 1",
    ),
];
