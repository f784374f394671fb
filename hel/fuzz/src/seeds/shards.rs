//! Shards: a plain receiver of shard n is cloned from the one of any by 64 + n.

use super::Seed;

pub(super) const SEEDS: &[Seed] = &[
    (
        "shards",
        "any-beside-one",
        "0 1; clone_rx 0 64; clone_rx 0 0; w 0; w 1; w 2; send 0 0; poll_recv_op 1 0; poll_recv_op 0 0; drop_recv_op 2 0; send 0 0; poll_recv_op 0 0",
    ),
    (
        "shards",
        "any-woken-one-dropped",
        "0 1; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send 0 0; drop_recv_op 0 0; poll_recv_op 1 0; send 0 0; drop_recv_op 2 0",
    ),
    (
        "shards",
        "any-takes-and-passes-on-another-shard",
        "0 1; clone_rx 0 0; clone_rx 0 0; w 0; w 1; w 2; send 0 0; send 0 0; poll_recv_op 0 0; drop_recv_op 1 0; poll_recv_op 2 0",
    ),
    (
        "shards",
        "shards-die-one-by-one",
        "0 0; clone_rx 0 64; clone_rx 0 65; w 0; close_rx 1 0; poll_recv_op 0 0; close_rx 2 0; poll_recv_op 0 0",
    ),
    (
        "shards",
        "room-in-any",
        "0 0; clone_tx 0 0; send 0 0; send 0 0; v 0; v 1; recv 0 0; drop_send_op 0 0; poll_send_op 1 0; recv 0 0",
    ),
    (
        "shards",
        "room-beside-one",
        "0 0; clone_tx 0 64; clone_tx 0 0; send 0 0; send 0 0; v 0; v 1; v 2; recv 0 0; poll_send_op 1 0; poll_send_op 0 0; recv 0 0; poll_send_op 2 0",
    ),
    (
        "shards",
        "room-in-the-last-live-one",
        "0 0; clone_rx 0 65; send 0 0; send 0 0; v 0; close_rx 1 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0",
    ),
    (
        "shards",
        "all-die-with-a-sender-waiting",
        "0 0; clone_tx 0 0; send 0 0; send 0 0; v 0; start_send 1 3; poll_send_op 1 0; drop_rx 0 0; poll_send_op 0 0; poll_send_op 1 0",
    ),
    (
        "shards",
        "sticky-runs",
        "8 1; clone_tx 0 0; send 0 0; send 0 0; send 0 0; send 0 0; recv 0 4; recv 0 4; send 0 0; send_batch 1 40; recv_batch 0 102; recv 0 4",
    ),
    (
        "shards",
        "batch-over-shards",
        "0 1; start_send 0 58; poll_send_op 0 0; recv 0 4; recv 0 4; poll_send_op 0 0; drop_send_op 0 0; recv_batch 0 102",
    ),
    (
        "shards",
        "keyed-batch-waits-choosy",
        "1 0; clone_tx 0 0; start_send 0 58; poll_send_op 0 0; start_send 1 58; poll_send_op 1 0; recv 0 4; poll_send_op 1 0; poll_send_op 0 0; recv 0 4; recv 0 4; poll_send_op 0 0",
    ),
    (
        "shards",
        "keyed-batch-beside-one",
        "1 0; clone_tx 0 0; start_send 0 58; poll_send_op 0 0; start_send 1 0; poll_send_op 1 0; recv 0 4; recv 0 4; poll_send_op 1 0; poll_send_op 0 0; drop_send_op 0 0; recv_batch 0 102",
    ),
    (
        "shards",
        "keyed-order",
        "1 2; send_batch 0 56; send_batch 0 56; recv_batch 0 102; send_batch 0 121; send 0 4; send 0 8; recv_batch 0 102; try_iter 0 4",
    ),
    (
        "shards",
        "keyed-sink",
        "1 0; sink 0 0; start_sink 0 0; start_sink 0 0; poll_sink 0 0; recv 0 4; poll_sink 0 0; start_sink 0 1; poll_sink 0 6",
    ),
    (
        "shards",
        "groups",
        "2 0; clone_tx 0 65; start_send 0 0; poll_send_op 0 0; v 0; send 1 0; v 1; recv 0 4; recv 0 4; poll_send_op 1 0; poll_send_op 0 0",
    ),
    (
        "shards",
        "exclusive-of-each",
        "0 1; convert_rx 0 1; w 0; w 1; send 0 0; send 0 0; poll_recv_op 0 0; poll_recv_op 1 0; drop_rx 0 0; send 0 0; send 0 0; drop_rx 0 0; send 0 0",
    ),
    (
        "shards",
        "one-shard-dies",
        "0 0; convert_rx 0 0; send 0 0; send 0 0; v 0; drop_rx 0 0; poll_send_op 0 0; recv 0 0; poll_send_op 0 0",
    ),
    (
        "shards",
        "any-soft-before-hard",
        "0 0; clone_rx 0 0; poll_recv 0 2; w 1; send 0 0; poll_recv_op 1 0; stream 0 0; next 0 0; next 0 0; send 0 0; next 0 0",
    ),
    (
        "shards",
        "any-gives-way",
        "0 1; clone_rx 0 64; clone_rx 0 0; w 0; drop_recv_op 0 0; start_recv 0 0; poll_recv_op 0 0; w 1; w 2; poll_recv_op 0 0; send 0 0; poll_recv_op 1 0; poll_recv_op 2 0; send 0 0; drop_recv_op 2 0; poll_recv_op 0 0",
    ),
    (
        "shards",
        "room-in-any-gives-way",
        "0 0; clone_tx 0 0; send 0 0; send 0 0; v 0; drop_send_op 0 0; start_send 0 0; poll_send_op 0 0; v 1; poll_send_op 0 0; recv 0 0; poll_send_op 1 0; recv 0 0; poll_send_op 0 0",
    ),
    (
        "shards",
        "keyed-batch-gives-way-and-stays-choosy",
        "1 0; clone_tx 0 0; start_send 0 58; poll_send_op 0 0; drop_send_op 0 0; start_send 0 58; poll_send_op 0 0; poll_send_op 0 0; start_send 1 58; poll_send_op 1 0; recv 0 4; poll_send_op 1 0; poll_send_op 0 0; recv 0 4; recv 0 4; poll_send_op 0 0",
    ),
    (
        "shards",
        "owned-any",
        "0 1; clone_rx 0 64; clone_rx 0 0; start_owned_recv 0 0; poll_recv_op 0 0; w 1; w 2; send 0 0; drop_recv_op 0 0; poll_recv_op 0 0; poll_recv_op 1 0; start_owned_recv 1 36; poll_recv_op 1 0; send_batch 0 24; poll_recv_op 1 0; drop_rx 0 0",
    ),
    (
        "shards",
        "owned-turns",
        "8 0; clone_tx 0 0; send 0 0; send 0 0; start_owned_send 0 50; poll_send_op 0 0; start_owned_send 1 0; poll_send_op 1 0; recv 0 4; poll_send_op 0 0; recv 0 4; recv 0 4; poll_send_op 0 0; poll_send_op 0 0; recv_batch 0 102",
    ),
    (
        "shards",
        "owned-keyed",
        "1 0; clone_tx 0 0; send 0 0; start_owned_send 0 0; poll_send_op 0 0; start_owned_send 1 1; poll_send_op 1 0; recv 0 4; poll_send_op 1 0; drop_send_op 0 0; recv_batch 0 102",
    ),
    (
        "shards",
        "owned-of-each",
        "0 1; convert_rx 0 1; start_owned_recv 0 0; poll_recv_op 0 0; start_owned_recv 1 2; poll_recv_op 1 0; send 0 0; drop_recv_op 0 0; send 0 0; poll_recv_op 0 0; send 0 0",
    ),
    (
        "shards",
        "any-gathers",
        "0 1; clone_rx 0 0; start_recv 0 60; poll_recv_op 0 0; w 1; send 0 0; poll_recv_op 0 0; send_batch 0 24; poll_recv_op 0 0; poll_recv_op 1 0; start_recv 0 60; poll_recv_op 0 0; send 0 0; poll_recv_op 0 0; expire_recv_op 0 0; poll_recv_op 0 0",
    ),
    (
        "shards",
        "any-batches",
        "0 1; clone_rx 0 64; batches 0 48; send 0 0; send 0 0; next_batch 0 0; w 1; send 0 0; next_batch 0 0; poll_recv_op 1 0; send 0 0; next_batch 0 0; send_batch 0 24; next_batch 0 0; close_tx 0 0; next_batch 0 0; next_batch 0 0",
    ),
    (
        "shards",
        "any-batches-apart",
        "0 1; clone_rx 0 0; batches 0 48; batches 1 34; send_batch 0 24; next_batch 0 0; next_batch 1 0; send_batch 0 16; next_batch 1 0; batches 0 0; batches 1 0; recv 0 4",
    ),
    (
        "shards",
        "many-shards",
        "48 0; w 0; send_batch 0 56; poll_recv_op 0 0; recv_batch 0 48; send 0 0; send 0 0; recv_batch 0 102; w 0; send 0 0",
    ),
];
