//! The arithmetic against plain counting.

use super::{CAPACITIES, LAPS};
use crate::ring::position::{MAX_CAPACITY, Positions};

#[test]
fn steps_agree_with_counting() {
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let positions = Positions::new(capacity);
        assert_eq!(positions.capacity(), capacity);
        let start = positions.start_of(lap);
        let mut position = start;
        for step in 0..4 * capacity {
            assert_eq!(positions.index(position), step % capacity);
            assert_eq!(position & positions.mark(), 0, "the mark is free for its users");
            let marked = position | positions.mark();
            assert_ne!(marked, position);
            assert_eq!([marked, position].map(|position| positions.unmarked(position)), [position; 2]);
            assert_eq!(positions.previous(positions.next(position)), position);
            assert_eq!(positions.to_edge(position), capacity - step % capacity);
            let mut ahead = position;
            for distance in 0..=capacity {
                assert_eq!(positions.advance(position, distance), ahead);
                assert_eq!(positions.distance(position, ahead), distance);
                assert_eq!(positions.index(ahead | positions.mark()), positions.index(ahead));
                ahead = positions.next(ahead);
            }
            assert_eq!(positions.next_lap(position), positions.advance(position, capacity));
            position = positions.next(position);
        }
    }
}

#[test]
fn distance_of_torn_readings_is_within_the_capacity() {
    for capacity in CAPACITIES {
        let positions = Positions::new(capacity);
        let mut all = vec![positions.start_of(usize::MAX - 2)];
        for _ in 0..5 * capacity {
            all.push(positions.next(*all.last().unwrap()));
        }
        for (i, &from) in all.iter().enumerate() {
            for (j, &to) in all.iter().enumerate() {
                let exact = j.saturating_sub(i).min(capacity);
                assert_eq!(positions.distance(from, to), exact, "{capacity}: {i} to {j}");
            }
        }
    }
}

#[test]
fn the_largest_capacity_still_tells_laps_apart() {
    let positions = Positions::new(MAX_CAPACITY);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|lap| positions.start_of(lap) == 0),
        [true, false, false, false, true],
        "two bits of lap"
    );
    let start = positions.start_of(usize::MAX);
    let after = positions.next_lap(start);
    assert_ne!(start, after);
    assert_eq!(positions.distance(start, after), MAX_CAPACITY);
    assert_eq!(positions.distance(after, start), 0);
}

#[test]
fn count_grows_by_one_a_step() {
    for capacity in CAPACITIES {
        let positions = Positions::new(capacity);
        let mut position = positions.start_of(7);
        for step in 0..3 * capacity {
            assert_eq!(positions.count(position), 7 * capacity + step);
            position = positions.next(position);
        }
    }
}
