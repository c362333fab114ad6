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
            let mut hasher = Sha256::new();
            hasher.update([1]);
            hasher.update(root(left));
            hasher.update(root(right));
            hasher.finalize().into()
        }
    }
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
