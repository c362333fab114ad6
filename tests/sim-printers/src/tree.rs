//! What an agent holds: values in the order of their names, found by binary search.

use crate::{oid::Oid, value::Value};

/// A sorted set of object instances. A later value for a name replaces an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    rows: Vec<(Oid, Value)>,
}

impl FromIterator<(Oid, Value)> for Tree {
    fn from_iter<I: IntoIterator<Item = (Oid, Value)>>(rows: I) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self { rows }
    }
}

impl Tree {
    /// How many instances there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without instances.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The instances in order.
    pub fn iter(&self) -> impl Iterator<Item = &(Oid, Value)> {
        self.rows.iter()
    }

    /// The value of exactly this name.
    #[must_use]
    pub fn get(&self, name: &Oid) -> Option<&Value> {
        let at = self.rows.binary_search_by(|row| row.0.cmp(name)).ok()?;
        self.rows.get(at).map(|row| &row.1)
    }

    /// The instances after this name, nearest first.
    #[must_use]
    pub fn after(&self, name: &Oid) -> &[(Oid, Value)] {
        let at = self.rows.partition_point(|row| row.0 <= *name);
        self.rows.get(at..).unwrap_or_default()
    }

    /// True when a neighbouring instance exists: the object type is there, this instance is not.
    #[must_use]
    pub fn has_sibling(&self, name: &Oid) -> bool {
        let Some((_, parent)) = name.arcs().split_last() else { return false };
        let parent = Oid::new(parent);
        self.after(&parent).first().is_some_and(|row| row.0.starts_with(&parent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_for_a_name_wins() {
        let name: Oid = "1.3.1".parse().unwrap();
        let tree: Tree = [1, 2, 3].into_iter().map(|n| (name.clone(), Value::Integer(n))).collect();
        assert_eq!(tree.len(), 1);
        assert_eq!(tree.get(&name), Some(&Value::Integer(3)));
    }
}
