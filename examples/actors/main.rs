//! Actors behind keyed mailboxes: accounts that no lock guards.
//!
//! Each account is owned by one worker, the one whose shard its name falls in. Letters to one account arrive in the
//! order in which they were sent, so a question after a deposit sees the deposit. A question carries the sender for its
//! answer. The workers are threads; one client is a thread too, the other a task.
//!
//! ```text
//! cargo run --release --example actors
//! ```

use std::collections::HashMap;
use std::process::ExitCode;
use std::thread;

use hel::Receiver;
use hel::channel::mpmc::{KeySender, shard_key};
use hel::channel::spsc;

const ACCOUNTS: [&str; 6] = ["ada", "alan", "barbara", "edsger", "grace", "tony"];
const ROUNDS: u64 = 1_000;

/// What an account is asked to do. `to` is the key.
struct Letter {
    to: &'static str,
    request: Request,
}

enum Request {
    Deposit(u64),
    /// Only if there is enough, so the order matters.
    Withdraw(u64),
    /// With where to send the answer.
    Balance(spsc::Sender<u64>),
}

/// The accounts of one worker.
#[derive(Default)]
struct Accounts(HashMap<&'static str, u64>);

impl Accounts {
    fn handle(&mut self, letter: Letter) {
        let balance = self.0.entry(letter.to).or_default();
        match letter.request {
            Request::Deposit(amount) => *balance += amount,
            Request::Withdraw(amount) => *balance = balance.checked_sub(amount).unwrap_or(*balance),
            // Whoever asked may have gone; that is no concern of the account.
            Request::Balance(mut answer) => drop(answer.send(*balance)),
        }
    }
}

fn main() -> ExitCode {
    let (actors, plain) = (with_actors(), plain_loop());
    for (name, balance) in ACCOUNTS.iter().zip(&actors) {
        println!("{name:<10}{balance:>10}");
    }
    if actors != plain {
        eprintln!("actors: in a plain loop the balances are {plain:?}");
        return ExitCode::FAILURE;
    }
    println!("checked against a plain loop: the same balances");
    ExitCode::SUCCESS
}

/// The letters that one of two clients writes: the first has the even accounts, the second the odd ones.
fn letters(client: usize) -> impl Iterator<Item = Letter> {
    (1..=ROUNDS).flat_map(move |round| {
        ACCOUNTS.into_iter().skip(client).step_by(2).flat_map(move |to| {
            let amount = round * to.len() as u64;
            let requests = [Request::Deposit(amount), Request::Withdraw(3 * amount), Request::Withdraw(2 * round)];
            requests.into_iter().map(move |request| Letter { to, request })
        })
    })
}

/// The balances at the end, by one owner of all accounts.
fn plain_loop() -> Vec<u64> {
    let mut accounts = Accounts::default();
    (0..2).flat_map(letters).for_each(|letter| accounts.handle(letter));
    ACCOUNTS.iter().map(|name| accounts.0[name]).collect()
}

/// The balances at the end, as the actors tell them.
fn with_actors() -> Vec<u64> {
    let (mail, mailboxes) = shard_key::<Letter, 64>(3);
    let workers: Vec<_> =
        mailboxes.into_receivers().into_iter().map(|mailbox| thread::spawn(move || work(&mailbox))).collect();

    let (thread_mail, task_mail) = (mail.clone(), mail.clone());
    let thread = thread::spawn(move || send_from_thread(&thread_mail));
    let task = smol::spawn(async move { send_from_task(&task_mail).await });
    thread.join().expect("the client on a thread panicked");
    smol::block_on(task);

    let balances = ACCOUNTS.iter().map(|name| ask(&mail, name)).collect();
    drop(mail); // nobody can write any more, so the workers end
    workers.into_iter().for_each(|worker| worker.join().expect("a worker panicked"));
    balances
}

fn work(mailbox: &Receiver<Letter>) {
    let mut accounts = Accounts::default();
    for letter in mailbox {
        accounts.handle(letter);
    }
}

fn send_from_thread(mail: &KeySender<Letter>) {
    for letter in letters(0) {
        mail.send(letter.to, letter).expect("the workers stay while there is mail");
    }
}

async fn send_from_task(mail: &KeySender<Letter>) {
    for letter in letters(1) {
        mail.send_async(letter.to, letter).await.expect("the workers stay while there is mail");
    }
}

/// Asks for a balance and waits for the answer.
fn ask(mail: &KeySender<Letter>, to: &'static str) -> u64 {
    let (answer, mut answered) = spsc::bounded(1);
    mail.send(to, Letter { to, request: Request::Balance(answer) }).expect("the workers stay while there is mail");
    answered.recv().expect("each question is answered")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_give_what_a_plain_loop_gives() {
        assert_eq!(with_actors(), plain_loop());
    }

    #[test]
    fn the_order_of_the_letters_matters() {
        let mut accounts = Accounts::default();
        for request in [Request::Withdraw(5), Request::Deposit(5), Request::Withdraw(3)] {
            accounts.handle(Letter { to: "ada", request });
        }
        assert_eq!(accounts.0["ada"], 2);
    }
}
