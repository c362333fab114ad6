//! What two operators both see.

use bailiwick_store::{AccountId, Lineage};
use jiff::Timestamp;

use crate::principal::{Held, Reach};
use crate::role::KnownRole;

/// Each of `theirs` with each of `own`, as far as they meet within the account's subtree: the lower of the two places,
/// the permissions of both that only look, without the branches that either leaves out. Only what is held for good
/// counts: neither the platform's reach nor an elevation is lent.
pub(super) fn shared(
    own: &[Held],
    theirs: &[Held],
    account: AccountId,
    place: &Lineage,
    until: Timestamp,
) -> Vec<Held> {
    let whole = |held: &&Held| held.reach == Reach::Whole;
    theirs
        .iter()
        .filter(whole)
        .flat_map(|theirs| own.iter().filter(whole).map(move |own| (theirs, own)))
        .filter_map(|(theirs, own)| {
            let lower = lower((account, place), theirs).and_then(|met| lower(met, own));
            let (account, lineage) = lower.filter(|(_, met)| theirs.sees(met) && own.sees(met))?;
            let permissions = theirs.role.permissions.and(own.role.permissions).looking();
            let excluded =
                theirs.excluded.iter().chain(&own.excluded).filter(|branch| lineage.contains(branch)).cloned();
            (!permissions.is_empty()).then(|| Held {
                account,
                lineage: lineage.clone(),
                origin: own.origin.clone(),
                role: KnownRole { permissions, ..theirs.role.clone() },
                excluded: excluded.collect(),
                reach: Reach::ViewAs(until),
            })
        })
        .collect()
}

/// The lower of two places on one way down; none where they lie beside each other.
fn lower<'a>(met: (AccountId, &'a Lineage), held: &'a Held) -> Option<(AccountId, &'a Lineage)> {
    if held.lineage.contains(met.1) {
        Some(met)
    } else if met.1.contains(&held.lineage) {
        Some((held.account, &held.lineage))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::permission::{Permission, Permissions};
    use crate::principal::Principal;
    use crate::role::Role;

    const PLACES: [&str; 9] = [
        "/",
        "/aaaa/",
        "/bbbb/",
        "/aaaa/cccc/",
        "/aaaa/dddd/",
        "/bbbb/eeee/",
        "/aaaa/cccc/ffff/",
        "/aaaa/cccc/gggg/",
        "/aaaa/dddd/hhhh/",
    ];

    fn place(at: usize) -> Lineage {
        PLACES[at].parse().unwrap()
    }

    fn held() -> impl Strategy<Value = Held> {
        (1..PLACES.len(), 0..Role::ALL.len(), proptest::collection::vec(1..PLACES.len(), 0..3)).prop_map(
            |(at, role, out)| Held {
                excluded: out.into_iter().map(place).filter(|branch| place(at).contains(branch)).collect(),
                ..Held::whole(AccountId::new(), place(at), Role::ALL[role])
            },
        )
    }

    fn may(held: &[Held], at: &Lineage) -> Permissions {
        let mut principal = Principal::system("test");
        principal.held = held.to_vec();
        principal.permissions_at(at).unwrap_or_default()
    }

    proptest! {
        /// At every place of the subtree exactly what both may look at, and beside it nothing.
        #[test]
        fn nobody_sees_more_than_both(
            own in proptest::collection::vec(held(), 0..4),
            theirs in proptest::collection::vec(held(), 0..4),
            top in 1..PLACES.len(),
        ) {
            let top = place(top);
            let view = shared(&own, &theirs, AccountId::new(), &top, Timestamp::UNIX_EPOCH);
            for at in (0..PLACES.len()).map(place) {
                let both: Permissions = if top.contains(&at) {
                    own.iter().flat_map(|own| theirs.iter().map(move |theirs| (own, theirs)))
                        .map(|(own, theirs)| own.permissions_at(&at).and(theirs.permissions_at(&at)).looking())
                        .fold(Permissions::NONE, Permissions::or)
                } else {
                    Permissions::NONE
                };
                prop_assert_eq!(may(&view, &at), both, "at {}", at.as_str());
                prop_assert!(may(&own, &at).contains_all(may(&view, &at)));
                prop_assert!(!may(&view, &at).contains(Permission::ManageDevices));
            }
        }
    }

    #[test]
    fn the_platforms_reach_and_an_elevation_are_not_lent() {
        let root = Held::whole(AccountId::ROOT, Lineage::root(), Role::Owner);
        let customer = Held::whole(AccountId::new(), place(3), Role::Owner);
        let elevated = Held { reach: Reach::Elevated(Timestamp::UNIX_EPOCH), ..customer.clone() };
        let view =
            |own: &[Held], theirs: &[Held]| shared(own, theirs, customer.account, &place(3), Timestamp::UNIX_EPOCH);
        assert!(view(&[root.clone(), elevated.clone()], std::slice::from_ref(&customer)).is_empty());
        assert!(view(std::slice::from_ref(&customer), &[root, elevated]).is_empty());
        assert_eq!(view(std::slice::from_ref(&customer), std::slice::from_ref(&customer)).len(), 1);
    }
}
