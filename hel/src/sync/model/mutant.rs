//! One access made weaker, or one barrier left out, to show that a model notices.
//!
//! `.ci/orderings` drives it through the environment, with one build for all. `HEL_PLACES=1`: each search that holds
//! prints the places it came by. `HEL_MUTANT=file:line:column=Relaxed` (Acquire, Release; nothing, for a barrier): the
//! access or the call at that place is weakened so. With either, only searches of the protocol as it is are run: one
//! with a defect in it may fail for another reason, or hang on a rule that the defect has taken away.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::Location;
use std::sync::LazyLock;

use super::atomic::Ordering;

/// What the environment asks for.
enum Asked {
    Nothing,
    Places,
    Mutant { file: String, line: u32, column: u32, order: Option<Ordering> },
}

static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    if let Ok(mutant) = std::env::var("HEL_MUTANT") {
        return parsed(&mutant).unwrap_or_else(|| panic!("HEL_MUTANT: {mutant:?} is no place and ordering"));
    }
    if std::env::var_os("HEL_PLACES").is_some() { Asked::Places } else { Asked::Nothing }
});

fn parsed(mutant: &str) -> Option<Asked> {
    let (place, order) = mutant.split_once('=')?;
    let (place, column) = place.rsplit_once(':')?;
    let (file, line) = place.rsplit_once(':')?;
    let order = match order {
        "Acquire" => Some(Ordering::Acquire),
        "Release" => Some(Ordering::Release),
        "Relaxed" => Some(Ordering::Relaxed),
        "nothing" => None,
        _ => return None,
    };
    Some(Asked::Mutant { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()?, order })
}

thread_local! {
    /// The places that the searches of this thread came by, with what stands there; of a mutant its own only.
    static MET: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

fn met(at: &Location<'_>, what: &str) {
    let place = format!("{}:{}:{}={what}", at.file(), at.line(), at.column());
    MET.with_borrow_mut(|met| met.insert(place));
}

/// The ordering with which the access of the caller's caller is done, which says `order`.
#[track_caller]
pub(super) fn weakened(order: Ordering) -> Ordering {
    let at = Location::caller();
    match &*ASKED {
        Asked::Nothing => order,
        Asked::Places => {
            met(at, &format!("{order:?}"));
            order
        }
        Asked::Mutant { file, line, column, order: weaker } => match weaker {
            Some(weaker) if at.line() == *line && at.column() == *column && at.file() == file => {
                met(at, &format!("{weaker:?}"));
                *weaker
            }
            _ => order,
        },
    }
}

/// Whether the barrier that the caller's caller asks for is to be left out.
#[track_caller]
pub(super) fn left_out() -> bool {
    let at = Location::caller();
    match &*ASKED {
        Asked::Nothing => false,
        Asked::Places => {
            met(at, "barrier");
            false
        }
        Asked::Mutant { file, line, column, order: None } => {
            let here = at.line() == *line && at.column() == *column && at.file() == file;
            if here {
                met(at, "nothing");
            }
            here
        }
        Asked::Mutant { .. } => false,
    }
}

/// Whether this run is about orderings, so that only searches of the protocol as it is say anything.
#[cfg(test)]
pub(super) fn is_asked() -> bool {
    !matches!(*ASKED, Asked::Nothing)
}

/// Prints what the searches of this thread met.
#[cfg(test)]
pub(super) fn report() {
    for place in MET.take() {
        println!("met {place}");
    }
}
