//! Batches: 0, 18, 33, 48 are up to 1, 2, 3, 4 values for a while, 34 what is there, 32 full ones.

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    (
        "channel",
        "batches-linger",
        "0 2; batches 0 33; send 0 0; next_batch 0 0; next_batch 0 0; expire_batch 0 0; next_batch 0 0; send 0 0; next_batch 0 0; send_batch 0 16; next_batch 0 0; next_batch 0 0",
    ),
    (
        "channel",
        "batches-of-what-is-there",
        "0 2; batches 0 34; next_batch 0 0; next_batch 0 0; send_batch 0 16; next_batch 0 0; send_batch 0 24; next_batch 0 0; close_tx 0 0; next_batch 0 0; next_batch 0 0",
    ),
    (
        "channel",
        "batches-without-limit-end",
        "0 2; batches 0 32; send 0 0; next_batch 0 0; close_tx 0 0; next_batch 0 0; next_batch 0 0; batches 0 0; recv 0 0",
    ),
    (
        "channel",
        "batches-partial-taken",
        "0 2; batches 0 33; send 0 0; next_batch 0 0; take_partial 0 0; send 0 0; next_batch 0 0; expire_batch 0 0; take_partial 0 0; send 0 0; next_batch 0 0; batches 0 0; recv 0 0",
    ),
    (
        "channel",
        "batches-beside-hard",
        "0 2; clone_rx 0 0; batches 0 33; next_batch 0 0; next_batch 0 0; w 1; send 0 0; poll_recv_op 1 0; next_batch 0 0; w 1; send 0 0; next_batch 0 0; batches 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "batches-give-way",
        "0 2; clone_rx 0 0; w 0; drop_recv_op 0 0; batches 0 33; send 0 0; next_batch 0 0; w 1; next_batch 0 0; send 0 0; poll_recv_op 1 0",
    ),
    (
        "channel",
        "batches-of-one",
        "0 0; batches 0 0; next_batch 0 0; send 0 0; next_batch 0 0; send 0 0; next_batch 0 0; close_tx 0 0; next_batch 0 0",
    ),
    (
        "channel",
        "batches-dropped-with-the-last",
        "0 2; clone_tx 0 0; batches 0 33; send 0 0; next_batch 0 0; send_batch 0 24; v 0; drop_rx 0 0; poll_send_op 0 0",
    ),
    (
        "channel",
        "one-to-one-batches",
        "1 2; batches 0 33; next_batch 0 0; next_batch 0 0; send 0 0; next_batch 0 1; send 0 0; expire_batch 0 0; next_batch 0 0; drop_tx 0 0; next_batch 0 0",
    ),
];
