//! What was denied above an account stays denied when it moves: by the account itself.
//!
//! An account says what those above it may not do on it and below. Whoever stands above could undo that by moving what
//! lies below it away, or to a place within it where somebody of his own choosing stands. So each restriction on the old
//! way down, strictly above the moved account, is set on that account itself, where its own people lift it. Whether it is
//! left behind makes no difference. Not carried is what the mover is free to decide: he holds a role on the denying
//! account or below it (of a token, whoever made it) that permits on the moved one both what is denied and to say what is
//! denied.
//!
//! What counts is what is denied, and what the mover holds, when the move is done; of a mover who cannot be told any more
//! all is carried. An account where nobody could lift what it would come to deny is not moved: there would be no way back.

use std::collections::BTreeSet;

use bailiwick_store::{Actor, Lineage};

use crate::access::Access;
use crate::error::AccessError;
use crate::permission::{Permission, Permissions};
use crate::principal::{Held, Reach};

impl Access {
    /// What who asked for a move holds now; nothing where it is nobody any more.
    pub(super) async fn mover(&self, asked_by: &str) -> Result<Vec<Held>, AccessError> {
        let Ok(actor) = asked_by.parse::<Actor>() else { return Ok(Vec::new()) };
        match self.standing(&actor).await {
            Ok(principal) => Ok(principal.held),
            Err(error @ (AccessError::Store(_) | AccessError::Audit(_))) => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }
}

/// Whether the mover is free to decide what is denied at `denier` on an account at `place`.
fn decides(mover: &[Held], denier: &Lineage, permission: Permission, place: &Lineage) -> bool {
    let needed: Permissions = [permission, Permission::ManagePrivacy].into_iter().collect();
    mover.iter().any(|held| {
        held.reach == Reach::Whole
            && denier.contains(&held.origin.lineage)
            && held.permissions_at(place).contains_all(needed)
    })
}

/// What an account at `place` comes to deny itself when `mover` moves it, of what is denied on the way down to it.
pub(super) fn carried(on_the_way: &[(Lineage, Permission)], place: &Lineage, mover: &[Held]) -> BTreeSet<Permission> {
    let own: BTreeSet<Permission> =
        on_the_way.iter().filter(|(denier, _)| denier == place).map(|(_, permission)| *permission).collect();
    on_the_way
        .iter()
        // nobody stands above the root
        .filter(|(denier, _)| denier != place && *denier != Lineage::root())
        .filter(|(denier, permission)| !decides(mover, denier, *permission, place))
        .map(|(_, permission)| *permission)
        .filter(|permission| !own.contains(permission))
        .collect()
}

#[cfg(test)]
mod tests {
    use bailiwick_store::AccountId;

    use super::*;
    use crate::principal::Principal;
    use crate::role::Role;

    fn at(text: &str) -> Lineage {
        text.parse().unwrap()
    }

    fn on(place: &str, role: Role) -> Held {
        Held::whole(AccountId::new(), at(place), role)
    }

    #[test]
    fn only_what_the_mover_decides_is_left_behind() {
        use Permission::{LocateDevices as Locate, WipeDevices as Wipe};
        let way = [(at("/"), Wipe), (at("/aaaa/bbbb/"), Locate), (at("/aaaa/bbbb/cccc/"), Wipe)];
        let moved = at("/aaaa/bbbb/cccc/");
        let carried = |mover: &[Held]| carried(&way, &moved, mover).into_iter().collect::<Vec<_>>();
        assert_eq!(carried(&[]), [Locate]);
        assert_eq!(carried(&[on("/aaaa/", Role::Owner)]), [Locate], "from above");
        assert_eq!(carried(&[on("/aaaa/bbbb/", Role::Admin)]), [Locate], "who may not say what is denied");
        assert_eq!(carried(&[on("/aaaa/bbbb/dddd/", Role::Owner)]), [Locate], "beside");
        assert_eq!(carried(&[on("/aaaa/bbbb/", Role::Owner)]), []);
        assert_eq!(carried(Principal::system("test").held()), [Locate]);
        let elevated =
            Held { reach: Reach::Elevated(jiff::Timestamp::UNIX_EPOCH), ..on("/aaaa/bbbb/cccc/", Role::Owner) };
        assert_eq!(carried(&[elevated]), [Locate], "a look decides nothing");
        let left_out = Held { excluded: vec![moved.clone()], ..on("/aaaa/bbbb/", Role::Owner) };
        assert_eq!(carried(&[left_out]), [Locate]);
    }
}
