//! Scripts written by hand, for orders of waiting that no coverage tells apart. `seeds/` has them as bytes.
//!
//! Two numbers for the channel, then steps: a name of `script::TABLE`, whom it means, and its argument.

/// The target, the name and the script of each.
pub const SEEDS: &[(&str, &str, &str)] = &[
    // Receivers that wait: w is start and two polls, of the future of one seat, so that it waits even if it gives way first.
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
    // Senders that wait: v is start and two polls.
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
    // Giving way: of the waits that find nobody in line the first of a side registers, the second gives way.
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
    // Futures that own their end: that goes with them, and so does its seat.
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
    // Shards: a plain receiver of shard n is cloned from the one of any by 64 + n.
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
        "many-shards",
        "48 0; w 0; send_batch 0 56; poll_recv_op 0 0; recv_batch 0 48; send 0 0; send 0 0; recv_batch 0 102; w 0; send 0 0",
    ),
];
