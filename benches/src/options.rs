//! What the command line asks for.

use std::path::PathBuf;
use std::time::Duration;

use crate::duel::Method;

pub(crate) const USAGE: &str = "\
usage: duel [--only TEXT] [--targets | --cores] [--rounds R] [--time MS] [--list] [--json FILE] [--plot DIR]
  --only TEXT   only works whose name contains TEXT
  --targets     only the works by which hel is judged, and one line for each at the end
  --cores       the works that show how figures grow over 1, 2, 4 and so on up to all processors, threads pinned
  --rounds R    how often each contender runs each work (5 unless told)
  --time MS     how long one run takes, about (100 unless told)
  --list        say which works and contenders there are, and run nothing
  --json FILE   write every score of every round there as well
  --plot DIR    draw charts of the results there";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) only: String,
    pub(crate) targets: bool,
    pub(crate) cores: bool,
    pub(crate) json: Option<PathBuf>,
    pub(crate) plot: Option<PathBuf>,
    pub(crate) list: bool,
    pub(crate) method: Method,
    /// This process is a child that does a single run: of a work, by a contender, with so many messages.
    pub(crate) child: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        let method = Method { rounds: 5, time: Duration::from_millis(100) };
        Self {
            only: String::new(),
            targets: false,
            cores: false,
            json: None,
            plot: None,
            list: false,
            method,
            child: None,
        }
    }
}

/// # Errors
/// In words, if the arguments make no sense.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--only" => options.only = value()?,
            "--targets" => options.targets = true,
            "--cores" => options.cores = true,
            "--json" => options.json = Some(value()?.into()),
            "--plot" => options.plot = Some(value()?.into()),
            "--list" => options.list = true,
            "--rounds" => options.method.rounds = number(&value()?)?,
            "--time" => options.method.time = Duration::from_millis(number(&value()?)? as u64),
            "--child" => options.child = Some(arguments.by_ref().collect()),
            other => return Err(format!("unknown argument {other:?}")),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or(format!("not a number above 0: {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &str) -> Result<Options, String> {
        parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments() {
        assert_eq!(parse_words(""), Ok(Options::default()));
        let method = Method { rounds: 3, time: Duration::from_millis(20) };
        let wanted = Options { only: "spsc".to_owned(), targets: true, method, ..Options::default() };
        assert_eq!(parse_words("--only spsc --rounds 3 --targets --time 20"), Ok(wanted));
        let wanted = Options { cores: true, json: Some("a".into()), plot: Some("b".into()), ..Options::default() };
        assert_eq!(parse_words("--cores --json a --plot b"), Ok(wanted));
        let child = parse_words("--child a b 3").map(|options| options.child);
        assert_eq!(child, Ok(Some(["a", "b", "3"].map(str::to_owned).into())));
        for wrong in ["--rounds", "--rounds 0", "--rounds many", "--loud"] {
            assert!(parse_words(wrong).is_err(), "{wrong}");
        }
    }
}
