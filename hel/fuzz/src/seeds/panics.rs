//! Values that panic when hel drops them (`heat 0 0`), and wakers that do when it calls them (`heat 0 1`).

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    (
        "channel",
        "hot-values-go-with-the-last-receiver",
        "0 2; clone_tx 0 0; heat 0 0; send 0 0; send 0 0; heat 0 0; send 0 0; v 0; start_send 1 3; poll_send_op 1 0; drop_rx 0 0; poll_send_op 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "hot-value-of-a-send-woken-and-dropped",
        "0 0; clone_tx 0 0; send 0 0; heat 0 0; v 0; v 1; recv 0 0; drop_send_op 0 0; poll_send_op 1 0; recv 0 0",
    ),
    (
        "channel",
        "hot-value-of-a-sink",
        "0 0; clone_tx 0 0; sink 0 0; heat 0 0; start_sink 0 0; start_sink 0 0; poll_sink 0 0; poll_sink 0 0; v 1; recv 0 0; drop_tx 0 0; poll_send_op 0 0; recv 0 0",
    ),
    (
        "channel",
        "hot-values-of-batches-and-behind-them",
        "0 2; heat 0 0; batches 0 33; send_batch 0 16; next_batch 0 0; send_batch 0 24; drop_rx 0 0",
    ),
    (
        "channel",
        "hot-value-of-an-owned-send",
        "0 0; clone_rx 0 0; heat 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; recv 0 0; w 0; w 1; drop_send_op 0 0; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "hot-values-of-an-owned-recv",
        "0 2; heat 0 0; start_owned_recv 0 0; poll_recv_op 0 0; send_batch 0 24; start_send 0 3; poll_send_op 0 0; poll_recv_op 0 0; poll_send_op 0 0",
    ),
    ("channel", "one-to-one-hot", "1 2; heat 0 0; send_batch 0 24; v 0; drop_rx 0 0; poll_send_op 0 0"),
    (
        "channel",
        "one-to-one-hot-send-dropped",
        "1 0; heat 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; recv 0 0; w 0; drop_send_op 0 0; poll_recv_op 0 0",
    ),
    (
        "channel",
        "wakers-panic-at-the-last-receiver",
        "0 1; clone_tx 0 0; clone_tx 0 0; send 0 0; send 0 0; v 0; v 1; start_send 2 3; poll_send_op 2 0; heat 0 1; drop_rx 0 0; poll_send_op 0 0; poll_send_op 1 0; poll_send_op 2 0",
    ),
    (
        "channel",
        "wakers-panic-at-the-last-sender",
        "0 1; clone_rx 0 0; w 0; w 1; heat 0 1; drop_tx 0 0; poll_recv_op 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "waker-panics-as-one-passes-on",
        "0 0; clone_tx 0 0; send 0 0; heat 0 0; heat 0 1; v 0; v 1; recv 0 0; drop_send_op 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "wakers-panic-at-sends-and-receives",
        "0 0; clone_rx 0 0; clone_tx 0 0; heat 0 1; w 0; w 1; send 0 0; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0; send 0 0; v 0; v 1; heat 0 0; recv 0 0; poll_send_op 0 0; recv 1 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "wakers-panic-at-a-close",
        "0 0; clone_rx 0 0; clone_tx 0 0; heat 0 1; w 0; w 1; start_send 0 3; poll_send_op 0 0; close_tx 1 0; poll_recv_op 0 0; poll_recv_op 1 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "everything-panics",
        "0 2; clone_tx 0 0; heat 0 0; heat 0 1; send_batch 0 24; v 0; start_send 1 3; poll_send_op 1 0; start_owned_recv 0 0; drop_recv_op 0 0; poll_send_op 0 0; poll_send_op 1 0",
    ),
    (
        "channel",
        "one-to-one-everything-panics",
        "1 2; heat 0 0; heat 0 1; send_batch 0 24; v 0; batches 0 33; next_batch 0 0; send 0 0; drop_rx 0 0; poll_send_op 0 0",
    ),
    (
        "shards",
        "wakers-panic-at-a-close-of-all",
        "0 0; clone_rx 0 64; clone_rx 0 65; clone_rx 0 0; heat 0 1; w 0; w 1; w 2; close_rx 3 0; poll_recv_op 0 0; poll_recv_op 1 0; poll_recv_op 2 0",
    ),
    (
        "shards",
        "wakers-panic-at-receives-from-any",
        "0 0; clone_tx 0 64; clone_tx 0 0; send 0 0; send 0 0; heat 0 1; v 0; v 1; v 2; recv 0 4; recv 0 0; poll_send_op 0 0; poll_send_op 1 0; poll_send_op 2 0",
    ),
    (
        "shards",
        "waker-panics-in-a-turn",
        "0 3; clone_rx 0 0; w 0; heat 0 1; send 0 0; heat 0 1; send 0 0; send 0 0; send 0 0; recv_batch 0 102; poll_recv_op 0 0",
    ),
    ("shards", "hot-values-in-all", "0 1; heat 0 0; send_batch 0 32; v 0; drop_rx 0 0; poll_send_op 0 0"),
    (
        "shards",
        "everything-panics-in-all",
        "0 1; clone_tx 0 64; clone_tx 0 65; heat 0 0; heat 0 1; send_batch 0 32; v 0; v 1; v 2; drop_rx 0 0; poll_send_op 0 0; poll_send_op 1 0; poll_send_op 2 0",
    ),
    (
        "shards",
        "hot-values-of-owned-any",
        "0 1; heat 0 0; start_owned_recv 0 0; poll_recv_op 0 0; send_batch 0 32; drop_recv_op 0 0",
    ),
    ("shards", "hot-values-of-many", "48 0; heat 0 0; send_batch 0 56; send_batch 0 56; drop_rx 0 0"),
];
