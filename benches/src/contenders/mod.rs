//! One file per channel: how its ends block and are awaited.

mod async_channel;
mod crossbeam;
mod crossfire;
mod flume;
mod hel;
mod hel_rs;
mod kanal;
mod rtrb;
mod std;
mod tokio;
