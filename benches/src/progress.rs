//! A bar on standard error while the program works; nothing where that is not a terminal.

use std::io::{IsTerminal, Write, stderr};

const WIDTH: usize = 30;

#[derive(Debug)]
pub(crate) struct Progress {
    steps: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    pub(crate) fn of(steps: usize) -> Self {
        Self { steps, done: 0, shown: stderr().is_terminal() }
    }

    /// One step more; `what` is what comes next.
    pub(crate) fn step(&mut self, what: &str) {
        if self.shown {
            // Where the terminal has gone there is nobody to tell.
            let _ = write!(stderr(), "\r\x1b[K{}", bar(self.done, self.steps, what));
        }
        self.done += 1;
    }

    /// Takes the bar away, so that something else can be printed.
    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn bar(done: usize, steps: usize, what: &str) -> String {
    let filled = WIDTH * done / steps.max(1);
    let percent = 100 * done / steps.max(1);
    format!("[{}{}] {percent:>3} % {what}", "#".repeat(filled), " ".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert!(bar(0, 4, "x").starts_with("[   "));
        assert!(bar(2, 4, "x").contains("#] ") || bar(2, 4, "x").contains(" 50 % x"));
        assert!(bar(4, 4, "x").starts_with(&format!("[{}] 100 %", "#".repeat(WIDTH))));
    }
}
