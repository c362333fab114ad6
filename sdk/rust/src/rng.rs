//! Randomness from the exchange's seed: different in each exchange, the same when it is replayed.

use std::hash::{BuildHasher, DefaultHasher, Hasher};

/// xoshiro256++ (Blackman and Vigna): fast and even, but predictable from its output, so not for keys.
#[derive(Debug, Clone)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// From a seed of any length; 32 bytes are used as they are.
    #[must_use]
    pub fn new(seed: &[u8]) -> Self {
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(seed.chunks(8)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        if state == [0; 4] {
            state = [0x9e37_79b9_7f4a_7c15, 1, 2, 3]; // all zeros would stay all zeros
        }
        Self { state }
    }

    /// 64 even bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Below `bound`, evenly; 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Multiply and shift (Lemire) without rejection: the bias is below 2^-64 times the bound.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

/// Builds hashers that start from the exchange's seed.
#[derive(Debug, Clone)]
pub struct SeededState {
    start: DefaultHasher,
}

impl SeededState {
    pub(crate) fn new(seed: &[u8]) -> Self {
        let mut start = DefaultHasher::new();
        start.write(seed);
        Self { start }
    }
}

impl BuildHasher for SeededState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        self.start.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_alone_decides() {
        let first: Vec<u64> = std::iter::repeat_with({
            let mut r = Rng::new(&[7; 32]);
            move || r.next_u64()
        })
        .take(4)
        .collect();
        let again: Vec<u64> = std::iter::repeat_with({
            let mut r = Rng::new(&[7; 32]);
            move || r.next_u64()
        })
        .take(4)
        .collect();
        assert_eq!(first, again);
        assert_ne!(first.first(), Some(&Rng::new(&[8; 32]).next_u64()));
        assert_ne!(SeededState::new(&[1; 32]).hash_one("key"), SeededState::new(&[2; 32]).hash_one("key"));
    }

    #[test]
    fn below_stays_below_and_no_seed_still_moves() {
        let mut rng = Rng::new(&[]);
        let drawn: Vec<u64> = (0..1_000).map(|_| rng.below(6)).collect();
        assert!((0..6).all(|face| drawn.contains(&face)) && drawn.iter().all(|face| *face < 6));
        assert_eq!(rng.below(0), 0);
    }
}
