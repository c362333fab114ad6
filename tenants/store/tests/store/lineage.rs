//! Lineages against the simplest model there is: lists of keys.

use bailiwick_store::{AccountKey, Lineage};
use proptest::prelude::*;

fn keys() -> impl Strategy<Value = Vec<String>> {
    // few letters, so that prefixes and near misses are common
    prop::collection::vec("[0a]{4,6}", 0..5)
}

fn text(keys: &[String]) -> String {
    keys.iter().fold("/".to_owned(), |text, key| text + key + "/")
}

proptest! {
    #[test]
    fn a_lineage_is_its_keys(keys in keys()) {
        let lineage: Lineage = text(&keys).parse().unwrap();
        prop_assert_eq!(lineage.keys().collect::<Vec<_>>(), keys.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(lineage.depth(), keys.len());
        prop_assert_eq!(lineage.parent().map(String::from), keys.split_last().map(|(_, above)| text(above)));
        let path: Vec<String> = lineage.path().into_iter().map(String::from).collect();
        let model: Vec<String> = (0..=keys.len()).map(|n| text(&keys[..n])).collect();
        prop_assert_eq!(path, model);
    }

    #[test]
    fn containing_is_beginning_with_the_same_keys(a in keys(), b in keys()) {
        let (x, y): (Lineage, Lineage) = (text(&a).parse().unwrap(), text(&b).parse().unwrap());
        prop_assert_eq!(x.contains(&y), b.starts_with(&a));
        // and it is the range that the policy asks for
        let end = format!("{}0", x.as_str().strip_suffix('/').unwrap());
        prop_assert_eq!(x.contains(&y), x.as_str() <= y.as_str() && y.as_str() < end.as_str());
    }

    #[test]
    fn a_child_lies_directly_below(keys in keys(), key in "[0-9a-z]{4,16}") {
        let lineage: Lineage = text(&keys).parse().unwrap();
        let child = lineage.child(&key.parse::<AccountKey>().unwrap()).unwrap();
        prop_assert_eq!(child.parent(), Some(lineage.clone()));
        prop_assert!(lineage.contains(&child) && !child.contains(&lineage));
        prop_assert_eq!(child.as_str().parse::<Lineage>(), Ok(child.clone()));
    }

    #[test]
    fn what_is_no_lineage_is_refused(text in "[/a0A'%_ ]{0,14}") {
        let legal = text == "/" || (text.len() > 1 && text.starts_with('/') && text.ends_with('/')
            && text[1..text.len() - 1].split('/').all(|key| {
                (4..=16).contains(&key.len()) && key.bytes().all(|byte| matches!(byte, b'a' | b'0'))
            }));
        prop_assert_eq!(text.parse::<Lineage>().is_ok(), legal);
    }
}

#[test]
fn the_tree_has_sixteen_levels() {
    let mut lineage = Lineage::root();
    for _ in 0..16 {
        lineage = lineage.child(&AccountKey::random().unwrap()).unwrap();
    }
    assert!(lineage.child(&AccountKey::random().unwrap()).is_err());
    assert!(lineage.as_str().parse::<Lineage>().is_ok());
    assert!(format!("{lineage}aaaa/").parse::<Lineage>().is_err());
}

#[test]
fn random_keys_are_legal_and_differ() {
    let keys: std::collections::HashSet<String> =
        (0..1000).map(|_| AccountKey::random().unwrap().as_str().to_owned()).collect();
    assert!(keys.len() > 995);
    assert!(keys.iter().all(|key| key.len() == 6 && key.parse::<AccountKey>().is_ok()));
}
