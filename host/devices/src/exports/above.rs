//! What a file does not tell: which accounts lie above the one that it is of.
//!
//! Their ids and places stand in many columns and in the audit: where an account lies, who stands above it, through which
//! account somebody came. In a file each of their ids reads `above`, and each place begins at the account itself.

use bailiwick_store::{AccountId, Lineage};

/// What an id of an account above reads as.
const ABOVE: &str = "above";

/// The accounts above one, to be left out of its file.
pub(super) struct Above {
    ids: Vec<String>,
    /// Where places in rows begin, as JSON writes it: with the quote before it.
    begins: Option<String>,
}

impl Above {
    /// Of an account at a place, with the ids of those above it but for the root, which is the same everywhere.
    pub(super) fn new(place: &Lineage, ids: &[AccountId]) -> Self {
        let begins = place.parent().filter(|parent| parent.depth() > 0).map(|parent| format!("\"{}", parent.as_str()));
        Self { ids: ids.iter().map(ToString::to_string).collect(), begins }
    }

    /// A row as the file holds it.
    pub(super) fn left_out_of(&self, row: String) -> String {
        let without = |row: String, id: &String| if row.contains(id) { row.replace(id, ABOVE) } else { row };
        let row = self.ids.iter().fold(row, without);
        match &self.begins {
            Some(begins) => row.replace(begins, "\"/"),
            None => row,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_nothing_of_the_accounts_above() {
        let (dealer, own) = (AccountId::new(), AccountId::new());
        let above = Above::new(&"/k3f9a2/7hq1xx/".parse().unwrap(), &[dealer]);
        let row = format!(
            r#"{{"tenant_id":"{own}","lineage":"/k3f9a2/7hq1xx/","parent_id":"{dealer}","note":"by account:{dealer}"}}"#
        );
        let told =
            format!(r#"{{"tenant_id":"{own}","lineage":"/7hq1xx/","parent_id":"above","note":"by account:above"}}"#);
        assert_eq!(above.left_out_of(row), told);
        let dealers = Above::new(&"/k3f9a2/".parse().unwrap(), &[]);
        let row = r#"{"lineage":"/k3f9a2/7hq1xx/"}"#.to_owned();
        assert_eq!(dealers.left_out_of(row.clone()), row, "nothing lies above a dealer but the root");
    }
}
