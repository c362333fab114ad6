//! The tree: leaves and nodes hashed as in RFC 6962, section 2.1 (leaf prefix 0, node prefix 1, the left half
//! the largest power of two below the number of leaves), so that no leaf can pass for a node.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Hashes the fields of one leaf, each preceded by its length, so that no two lists of fields are alike.
pub(crate) fn leaf<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// The root over the leaves in their order.
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let half = many.len().div_ceil(2).next_power_of_two();
            let (left, right) = many.split_at_checked(half).unwrap_or((many, &[]));
            node(&root(left), &root(right))
        }
    }
}

/// All nodes over some leaves, from the leaves to the root, so that the way up from each leaf is at hand. A node without
/// a neighbour moves up as it is, which gives the root of [`root`].
pub(crate) struct Tree(Vec<Vec<Hash>>);

impl Tree {
    pub(crate) fn over(leaves: &[Hash]) -> Self {
        let mut levels = vec![leaves.to_vec()];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let above = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node(left, right),
                    [one] => *one,
                    _ => [0; 32],
                })
                .collect();
            levels.push(above);
        }
        Self(levels)
    }

    /// The neighbours met on the way from a leaf to the root.
    pub(crate) fn path(&self, leaf: usize) -> Vec<Hash> {
        let mut at = leaf;
        let mut path = Vec::new();
        for level in &self.0 {
            path.extend(level.get(at ^ 1).filter(|_| level.len() > 1));
            at /= 2;
        }
        path
    }
}

/// The root to which a leaf at this place of so many leads by its neighbours (RFC 6962, section 2.1.1); `None` where
/// these are too many or too few.
pub(crate) fn climb(leaf: Hash, place: u64, leaves: u64, path: &[Hash]) -> Option<Hash> {
    let (mut at, mut width, mut hash) = (place, leaves, leaf);
    if place >= leaves {
        return None;
    }
    let mut path = path.iter();
    while width > 1 {
        if at ^ 1 < width {
            let neighbour = path.next()?;
            hash = if at % 2 == 0 { node(&hash, neighbour) } else { node(neighbour, &hash) };
        }
        (at, width) = (at / 2, width.div_ceil(2));
    }
    path.next().is_none().then_some(hash)
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The largest power of two below n, as the RFC words it.
    fn split(n: usize) -> usize {
        let mut half = 1;
        while half * 2 < n {
            half *= 2;
        }
        half
    }

    #[test]
    fn the_split_is_that_of_the_rfc() {
        for n in 2..2000_usize {
            assert_eq!(n.div_ceil(2).next_power_of_two(), split(n), "{n}");
        }
    }

    #[test]
    fn the_root_of_three_is_made_of_two_and_one() {
        let [a, b, c] = [b"a", b"b", b"c"].map(|field| leaf([field.as_slice()]));
        let node = |l: Hash, r: Hash| -> Hash {
            Sha256::new().chain_update([1]).chain_update(l).chain_update(r).finalize().into()
        };
        assert_eq!(root(&[a, b, c]), node(node(a, b), c));
    }

    proptest! {
        /// The way up from every leaf leads to the root, and from no other leaf or place.
        #[test]
        fn every_leaf_leads_to_the_root(count in 1_usize..70) {
            let leaves: Vec<Hash> = (0..count).map(|n| leaf([n.to_be_bytes().as_slice()])).collect();
            let (tree, root) = (Tree::over(&leaves), root(&leaves));
            for (at, mine) in leaves.iter().enumerate() {
                let path = tree.path(at);
                prop_assert_eq!(climb(*mine, at as u64, count as u64, &path), Some(root));
                let mut other = *mine;
                other[0] ^= 1;
                prop_assert_ne!(climb(other, at as u64, count as u64, &path), Some(root));
                prop_assert!(climb(*mine, at as u64 ^ 1, count as u64, &path) != Some(root));
                let longer: Vec<Hash> = path.iter().copied().chain([*mine]).collect();
                prop_assert_eq!(climb(*mine, at as u64, count as u64, &longer), None);
                prop_assert_eq!(climb(*mine, count as u64, count as u64, &path), None);
            }
        }

        #[test]
        fn any_change_of_any_leaf_changes_the_root(count in 1_usize..60, at in any::<prop::sample::Index>()) {
            let leaves: Vec<Hash> = (0..count).map(|n| leaf([n.to_be_bytes().as_slice()])).collect();
            let before = root(&leaves);
            let at = at.index(count);
            let mut changed = leaves.clone();
            changed[at][0] ^= 1;
            prop_assert_ne!(root(&changed), before);
            let mut removed = leaves.clone();
            removed.remove(at);
            prop_assert_ne!(root(&removed), before);
        }

        #[test]
        fn fields_do_not_run_into_each_other(a in "[a-c]{0,4}", b in "[a-c]{0,4}", c in "[a-c]{0,4}", d in "[a-c]{0,4}") {
            let same = (&a, &b) == (&c, &d);
            prop_assert_eq!(leaf([a.as_bytes(), b.as_bytes()]) == leaf([c.as_bytes(), d.as_bytes()]), same);
        }
    }
}
