//! Random trees, grants, branches left out, restrictions and moves against a model that knows nothing of lineages:
//! parents in a map, and lists of who was given and denied what where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bailiwick_access::accounts::moves::Conflict;
use bailiwick_access::accounts::{Kind, Reach};
use bailiwick_access::grants::Given;
use bailiwick_access::operators::NewOperator;
use bailiwick_access::{Access, AccessError, Password, Permission, Principal, Role};
use bailiwick_store::{AccountId, Actor, OperatorId, PageRequest, testing};
use proptest::prelude::*;
use proptest::sample::Index;

const PEOPLE: usize = 3;

/// Something that is done to the tree. An index picks one of the accounts made so far.
#[derive(Debug, Clone)]
enum Step {
    Make { parent: Index },
    Grant { who: usize, on: Index, role: Role, without: Option<Index> },
    Restrict { on: Index },
    Move { what: Index, to: Index },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let any = || any::<Index>();
    let role = prop_oneof![Just(Role::Viewer), Just(Role::Technician), Just(Role::Owner)];
    let step = prop_oneof![
        4 => any().prop_map(|parent| Step::Make { parent }),
        3 => (0..PEOPLE, any(), role, prop::option::of(any()))
            .prop_map(|(who, on, role, without)| Step::Grant { who, on, role, without }),
        1 => any().prop_map(|on| Step::Restrict { on }),
        3 => (any(), any()).prop_map(|(what, to)| Step::Move { what, to }),
    ];
    prop::collection::vec(step, 6..26)
}

struct Grant {
    who: usize,
    on: AccountId,
    role: Role,
    without: Vec<AccountId>,
}

/// What the tree should be.
#[derive(Default)]
struct Model {
    accounts: Vec<AccountId>,
    parent_of: HashMap<AccountId, AccountId>,
    grants: Vec<Grant>,
    /// Accounts that deny [`DENIED`] to those above.
    denying: BTreeSet<AccountId>,
}

const DENIED: Permission = Permission::CommandDevices;

impl Model {
    /// The account and those above it, upwards.
    fn chain(&self, account: AccountId) -> Vec<AccountId> {
        let mut chain = vec![account];
        while let Some(parent) = chain.last().and_then(|last| self.parent_of.get(last)) {
            chain.push(*parent);
        }
        chain
    }

    fn is_below(&self, account: AccountId, top: AccountId) -> bool {
        account != top && self.chain(account).contains(&top)
    }

    fn reaches(&self, grant: &Grant, place: AccountId) -> bool {
        let chain = self.chain(place);
        chain.contains(&grant.on) && !chain.iter().any(|above| grant.without.contains(above))
    }

    fn sees(&self, who: usize, place: AccountId) -> bool {
        self.grants.iter().any(|grant| grant.who == who && self.reaches(grant, place))
    }

    fn may(&self, who: usize, place: AccountId, permission: Permission) -> bool {
        self.grants.iter().any(|grant| {
            let denied = permission == DENIED
                && self.chain(place).iter().any(|at| self.denying.contains(at) && self.is_below(*at, grant.on));
            grant.who == who && self.reaches(grant, place) && grant.role.permissions().contains(permission) && !denied
        })
    }

    /// What a list from `top` shows of what lies below: nothing of a branch that is closed to this person.
    fn listed(&self, who: usize, top: AccountId) -> BTreeSet<AccountId> {
        let closed = |branch: &AccountId| {
            let left_out = self.grants.iter().any(|grant| grant.who == who && grant.without.contains(branch));
            left_out && self.is_below(*branch, top) && !self.may(who, *branch, Permission::ViewAccounts)
        };
        let below = self.accounts.iter().copied().filter(|account| self.is_below(*account, top));
        below.filter(|account| !self.chain(*account).iter().any(closed)).collect()
    }
}

struct World {
    access: Access,
    platform: Principal,
    people: Vec<(OperatorId, String)>,
    model: Model,
}

impl World {
    /// A dealer of its own, and people who hold nothing in it yet.
    async fn new(access: &Access, people: &[(OperatorId, String)]) -> Self {
        let platform = Principal::system("test");
        let base = crate::world::make(access, &platform, AccountId::ROOT, "base", Kind::Dealer).await;
        let model = Model { accounts: vec![base], ..Model::default() };
        Self { access: access.clone(), platform, people: people.to_vec(), model }
    }

    async fn step(&mut self, step: Step) {
        let model = &mut self.model;
        match step {
            Step::Make { parent } => {
                let parent = *parent.get(&model.accounts);
                if model.chain(parent).len() < 12 {
                    let id = crate::world::make(&self.access, &self.platform, parent, "node", Kind::Dealer).await;
                    model.parent_of.insert(id, parent);
                    model.accounts.push(id);
                }
            }
            Step::Grant { who, on, role, without } => {
                let on = *on.get(&model.accounts);
                let without = without.map(|index| *index.get(&model.accounts));
                let without: Vec<AccountId> =
                    without.into_iter().filter(|branch| model.is_below(*branch, on)).collect();
                if model.grants.iter().any(|grant| grant.who == who && grant.on == on) {
                    return;
                }
                let given = Given { role: role.into(), excluded: without.clone() };
                let email = self.people[who].1.parse().unwrap();
                let new = NewOperator { email, name: "x".into(), given, password: None };
                self.access.add_operator(&self.platform, on, new).await.unwrap();
                model.grants.push(Grant { who, on, role, without });
            }
            Step::Restrict { on } => {
                let on = *on.get(&model.accounts);
                if model.denying.insert(on) {
                    let mut scope = self.access.store().scope(self.platform.actor(), on).await.unwrap();
                    let place = scope.lineage().clone();
                    sqlx::query("insert into restrictions (tenant_id, lineage, permission) values ($1, $2, $3)")
                        .bind(on)
                        .bind(place)
                        .bind(DENIED.name())
                        .execute(scope.sql())
                        .await
                        .unwrap();
                    scope.commit().await.unwrap();
                }
            }
            Step::Move { what, to } => {
                let (what, to) = (*what.get(&model.accounts), *to.get(&model.accounts));
                self.relocate(what, to).await;
            }
        }
    }

    async fn relocate(&mut self, what: AccountId, to: AccountId) {
        let model = &mut self.model;
        let Some(from) = model.parent_of.get(&what).copied() else { return };
        let plan = self.access.plan_move(&self.platform, what, to).await.unwrap();
        let mut conflicts = Vec::new();
        if from == to {
            conflicts.push(Conflict::SamePlace);
        }
        if model.chain(to).contains(&what) {
            conflicts.push(Conflict::Cycle);
        }
        let below = model.accounts.iter().filter(|account| model.chain(**account).contains(&what));
        let levels = below.clone().map(|account| model.chain(*account).len() - model.chain(what).len() + 1).max();
        if model.chain(to).len() + levels.unwrap_or(0) > 16 {
            conflicts.push(Conflict::Depth);
        }
        // the platform's command line decides nothing of what is denied: it goes along
        let denied_above = model.chain(from).iter().any(|above| model.denying.contains(above));
        let kept = from != to && denied_above && !model.denying.contains(&what);
        let owned = model.grants.iter().any(|grant| grant.on == what && grant.role == Role::Owner);
        if kept && !owned {
            conflicts.push(Conflict::NobodyToLift);
        }
        assert_eq!(plan.restrictions_kept, if kept { vec![DENIED] } else { vec![] });
        assert_eq!(plan.conflicts, conflicts);
        assert_eq!(plan.accounts, i64::try_from(below.count()).unwrap());
        let begun = self.access.begin_move(&self.platform, what, to).await;
        if !conflicts.is_empty() {
            assert!(matches!(begun, Err(AccessError::CannotMove(found)) if found == conflicts));
            return;
        }
        let begun = begun.unwrap();
        let top = begun.scope.account();
        let id = begun.commit().await.unwrap();
        let mut scope = self.access.store().scope(&Actor::system("account-move"), top).await.unwrap();
        self.access.run_move(&mut scope, what, id).await.unwrap();
        scope.commit().await.unwrap();
        let reached = |model: &Model| -> BTreeSet<(OperatorId, AccountId)> {
            let reaching = model.grants.iter().filter(|grant| grant.on != what && model.reaches(grant, what));
            reaching.map(|grant| (self.people[grant.who].0, grant.on)).collect()
        };
        let before = reached(model);
        model.parent_of.insert(what, to);
        if kept {
            model.denying.insert(what);
        }
        let after = reached(model);
        let told = |reach: &bailiwick_access::accounts::moves::Reach| -> BTreeSet<_> {
            assert_eq!(reach.others, 0);
            reach.operators.iter().map(|one| (one.operator, one.granted_on)).collect()
        };
        assert_eq!(told(&plan.gains), after.difference(&before).copied().collect());
        assert_eq!(told(&plan.loses), before.difference(&after).copied().collect());
    }

    async fn check(&self) {
        let model = &self.model;
        for top in &model.accounts {
            let of_platform = self.listed(&self.platform, *top).await;
            let below = model.accounts.iter().copied().filter(|account| model.is_below(*account, *top)).collect();
            assert_eq!(of_platform, Some(below), "a subtree is what the parents say");
        }
        for (who, (_, email)) in self.people.iter().enumerate() {
            let password = crate::world::PASSWORD.into();
            let outcome = self.access.sign_in(email, &password, None, None).await.unwrap();
            let bailiwick_access::sessions::SignInOutcome::SignedIn(signed_in) = outcome else { panic!("{email}") };
            let principal = signed_in.principal;
            for place in &model.accounts {
                for permission in [Permission::ViewAccounts, DENIED, Permission::ManageOperators] {
                    let found = self.access.authorize(&principal, *place, permission).await;
                    let found = match &found {
                        Ok(_) => "may",
                        Err(AccessError::Denied { .. }) => "denied",
                        Err(AccessError::NotFound) => "not found",
                        Err(other) => panic!("{other}"),
                    };
                    let expected = match (model.sees(who, *place), model.may(who, *place, permission)) {
                        (false, _) => "not found",
                        (true, false) => "denied",
                        (true, true) => "may",
                    };
                    assert_eq!(found, expected, "{who} {permission}");
                }
                let listed = self.listed(&principal, *place).await;
                let expected = model.sees(who, *place).then(|| model.listed(who, *place));
                assert_eq!(listed, expected, "{who}");
            }
        }
    }

    async fn listed(&self, who: &Principal, top: AccountId) -> Option<BTreeSet<AccountId>> {
        match self.access.accounts(who, top, Reach::Subtree, None, &PageRequest::new(500, None)).await {
            Ok(page) => Some(page.items.into_iter().map(|account| account.id).collect()),
            Err(AccessError::NotFound) => None,
            Err(other) => panic!("{other}"),
        }
    }
}

async fn people(access: &Access) -> Vec<(OperatorId, String)> {
    let platform = Principal::system("test");
    let home = crate::world::make(access, &platform, AccountId::ROOT, "home", Kind::Dealer).await;
    let mut people = BTreeMap::new();
    for n in 0..PEOPLE {
        let email = format!("p{n}@x.example");
        let new = NewOperator {
            email: email.parse().unwrap(),
            name: "x".into(),
            given: Role::Viewer.into(),
            password: Some(Password::new(crate::world::PASSWORD.into()).unwrap()),
        };
        let added = access.add_operator(&platform, home, new).await.unwrap();
        people.insert(n, (added.operator, email));
    }
    people.into_values().collect()
}

#[test]
fn the_tree_and_who_may_what_in_it_are_what_the_model_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (access, people) = runtime.block_on(async {
        let access = Access::new(testing::store().await).await.unwrap();
        let people = people(&access).await;
        (access, people)
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&steps(), |steps| {
            runtime.block_on(async {
                let mut world = World::new(&access, &people).await;
                for step in steps {
                    world.step(step).await;
                }
                world.check().await;
            });
            Ok(())
        })
        .unwrap();
}
