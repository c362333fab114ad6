//! Who begins next: the decision alone, without time and without tasks.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use bailiwick_store::CollectorId;

use crate::{Bounds, Party, Refused, Who, Work};

/// What each piece of work is charged when it begins, in microseconds; the rest follows at its end.
const BEGINNING: u64 = 1_000;

#[derive(Debug)]
pub(crate) struct Queue {
    bounds: Bounds,
    /// Those that have work under way or waiting.
    members: HashMap<Who, Member>,
    running: usize,
    by_work: HashMap<Work, usize>,
    waiting: usize,
    /// The used time of the member that began last: whoever comes anew starts there and not at zero.
    clock: u64,
    tickets: u64,
}

/// An account, or whoever else takes shares.
#[derive(Debug, Default)]
struct Member {
    running: usize,
    by_work: HashMap<Work, usize>,
    /// Collectors that have something under way.
    lines: HashSet<CollectorId>,
    waiting: VecDeque<Place>,
    /// Microseconds that its work took so far.
    used: u64,
}

#[derive(Debug)]
struct Place {
    ticket: u64,
    party: Party,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    Begun,
    Waits(u64),
    Refused(Refused),
}

impl Queue {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, members: HashMap::new(), running: 0, by_work: HashMap::new(), waiting: 0, clock: 0, tickets: 0 }
    }

    /// Begins at once, or takes a place in the queue. Whatever waits already may not begin, so nobody is overtaken who
    /// could go.
    pub(crate) fn enter(&mut self, party: Party) -> Entered {
        let clock = self.clock;
        let fresh = || Member { used: clock, ..Member::default() };
        let member = self.members.entry(party.who).or_insert_with(fresh);
        if may_begin(&self.bounds, self.running, &self.by_work, member, party) {
            self.begin(party);
            return Entered::Begun;
        }
        let own = member.waiting.len();
        let of_line = member.waiting.iter().filter(|place| place.party.line == party.line).count();
        let full = own >= self.bounds.waiting || party.line.is_some() && of_line >= self.bounds.collector_waiting;
        if party.work != Work::Job {
            let refused = match (full, self.waiting >= Bounds::WAITING_IN_ALL) {
                (true, _) => Some(Refused::OwnQueueFull),
                (false, true) => Some(Refused::ServerFull),
                (false, false) => None,
            };
            if let Some(why) = refused {
                self.forget_idle(party.who);
                return Entered::Refused(why);
            }
        }
        self.tickets += 1;
        self.waiting += 1;
        member.waiting.push_back(Place { ticket: self.tickets, party });
        Entered::Waits(self.tickets)
    }

    /// The next to begin, if any may; it counts as under way from here on.
    pub(crate) fn next(&mut self) -> Option<(u64, Party)> {
        if self.running >= self.bounds.total {
            return None;
        }
        let first = |member: &Member| {
            let may = |place: &&Place| may_begin(&self.bounds, self.running, &self.by_work, member, place.party);
            member.waiting.iter().find(may).map(|place| (member.used, place.ticket, place.party))
        };
        let (_, ticket, party) =
            self.members.values().filter_map(first).min_by_key(|(used, ticket, _)| (*used, *ticket))?;
        self.take_out(party, ticket);
        self.begin(party);
        Some((ticket, party))
    }

    /// Gives a place up. False where it is no more in the queue: its work counts as under way.
    pub(crate) fn leave(&mut self, party: Party, ticket: u64) -> bool {
        let left = self.take_out(party, ticket);
        self.forget_idle(party.who);
        left
    }

    /// Work ended that took so long.
    pub(crate) fn end(&mut self, party: Party, took: Duration) {
        self.running = self.running.saturating_sub(1);
        less(&mut self.by_work, party.work);
        if let Some(member) = self.members.get_mut(&party.who) {
            member.running = member.running.saturating_sub(1);
            less(&mut member.by_work, party.work);
            if let Some(line) = &party.line {
                member.lines.remove(line);
            }
            let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            member.used = member.used.saturating_add(took.saturating_sub(BEGINNING));
        }
        self.forget_idle(party.who);
    }

    fn begin(&mut self, party: Party) {
        self.running += 1;
        *self.by_work.entry(party.work).or_default() += 1;
        if let Some(member) = self.members.get_mut(&party.who) {
            member.running += 1;
            *member.by_work.entry(party.work).or_default() += 1;
            member.lines.extend(party.line);
            self.clock = self.clock.max(member.used);
            member.used = member.used.saturating_add(BEGINNING);
        }
    }

    fn take_out(&mut self, party: Party, ticket: u64) -> bool {
        let Some(member) = self.members.get_mut(&party.who) else { return false };
        let Some(at) = member.waiting.iter().position(|place| place.ticket == ticket) else { return false };
        member.waiting.remove(at);
        self.waiting = self.waiting.saturating_sub(1);
        true
    }

    fn forget_idle(&mut self, who: Who) {
        if self.members.get(&who).is_some_and(|member| member.running == 0 && member.waiting.is_empty()) {
            self.members.remove(&who);
        }
    }
}

fn may_begin(bounds: &Bounds, running: usize, by_work: &HashMap<Work, usize>, member: &Member, party: Party) -> bool {
    let free = bounds.total.saturating_sub(running);
    let of = |counts: &HashMap<Work, usize>| counts.get(&party.work).copied().unwrap_or_default();
    let at_once = match party.who {
        Who::Platform => usize::MAX,
        Who::Account(_) | Who::Source(_) => bounds.account,
    };
    let kept_for_others = if member.running == 0 { 0 } else { bounds.reserve() };
    free > kept_for_others
        && member.running < at_once
        && of(by_work) < bounds.of_kind(party.work)
        && of(&member.by_work) < bounds.of_account(party.who, party.work)
        && party.line.is_none_or(|line| !member.lines.contains(&line))
}

fn less(counts: &mut HashMap<Work, usize>, work: Work) {
    if let Some(count) = counts.get_mut(&work) {
        *count = count.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use bailiwick_store::AccountId;
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds =
        Bounds { total: 8, account: 3, waiting: 20, collector_waiting: 2, patience: Duration::from_secs(1) };

    fn enter_all(queue: &mut Queue, party: Party, times: usize) -> usize {
        (0..times).filter(|_| queue.enter(party) == Entered::Begun).count()
    }

    #[test]
    fn one_account_never_has_more_than_its_share_and_its_queue_is_bounded() {
        let mut queue = Queue::new(BOUNDS);
        let noisy = Party::call(AccountId::new());
        assert_eq!(enter_all(&mut queue, noisy, 23), 3);
        assert_eq!(queue.enter(noisy), Entered::Refused(Refused::OwnQueueFull));
        assert_eq!(queue.next(), None, "none of its own may go on");
        assert_eq!(queue.enter(Party::call(AccountId::new())), Entered::Begun, "another is not held up");
    }

    #[test]
    fn the_last_shares_are_for_accounts_with_nothing_under_way() {
        let mut queue = Queue::new(BOUNDS);
        let noisy: Vec<Party> = (0..3).map(|_| Party::call(AccountId::new())).collect();
        let begun: usize = noisy.iter().map(|party| enter_all(&mut queue, *party, 10)).sum();
        assert_eq!(begun, 7, "three each, as long as more than two are free, and one for the last");
        assert_eq!(queue.enter(Party::call(AccountId::new())), Entered::Begun);
        assert!(matches!(queue.enter(Party::call(AccountId::new())), Entered::Waits(_)));
    }

    #[test]
    fn a_free_share_goes_to_whoever_used_the_least_time() {
        let mut queue = Queue::new(Bounds { total: 1, ..BOUNDS });
        let (slow, quick) = (Party::call(AccountId::new()), Party::call(AccountId::new()));
        enter_all(&mut queue, slow, 10);
        enter_all(&mut queue, quick, 10);
        let (mut running, mut turns) = (slow, Vec::new());
        for _ in 0..12 {
            queue.end(running, if running == slow { Duration::from_millis(40) } else { Duration::from_millis(4) });
            let Some((_, party)) = queue.next() else { break };
            turns.push(party == quick);
            running = party;
        }
        assert!(turns.iter().filter(|quick| **quick).count() >= 10, "{turns:?}");
    }

    #[test]
    fn batches_of_a_collector_go_one_by_one_in_their_order_and_leave_room_for_operators() {
        let mut queue = Queue::new(BOUNDS);
        let account = AccountId::new();
        let [one, two, three] = [(); 3].map(|()| Party::collector(account, CollectorId::new()));
        assert_eq!(queue.enter(one), Entered::Begun);
        assert_eq!((queue.enter(one), queue.enter(one)), (Entered::Waits(1), Entered::Waits(2)));
        assert_eq!(queue.enter(one), Entered::Refused(Refused::OwnQueueFull));
        assert_eq!(queue.enter(two), Entered::Begun, "another collector of the account");
        assert_eq!(queue.enter(three), Entered::Waits(3), "the account's last share is for its operators");
        assert_eq!(queue.enter(Party::call(account)), Entered::Begun);
        queue.end(one, Duration::ZERO);
        assert_eq!(queue.next(), Some((1, one)));
        queue.end(one, Duration::ZERO);
        queue.end(two, Duration::ZERO);
        assert_eq!((queue.next(), queue.next()), (Some((2, one)), Some((3, three))));
    }

    #[test]
    fn strangers_and_jobs_leave_half_of_the_shares() {
        let mut queue = Queue::new(BOUNDS);
        let begun = (0..20_u8).filter(|n| {
            let source = IpAddr::V4(Ipv4Addr::new(192, 0, 2, *n));
            queue.enter(Party::anonymous(source)) == Entered::Begun
        });
        assert_eq!(begun.count(), 4);
        assert_eq!(enter_all(&mut queue, Party::job(), 9), 2, "what is free but for the reserve");
        assert_eq!(queue.enter(Party::call(AccountId::new())), Entered::Begun);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Enter(usize),
        End(usize, u64),
        Leave(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0_usize..8).prop_map(Step::Enter),
            3 => (0_usize..64, 0_u64..50_000).prop_map(|(n, took)| Step::End(n, took)),
            1 => (0_usize..64).prop_map(Step::Leave),
        ]
    }

    proptest! {
        /// Whatever comes, goes and gives up in whichever order: bounds hold, nothing that may begin waits, and in the end
        /// nothing is left.
        #[test]
        fn bounds_hold_and_no_free_share_is_left_lying(steps in proptest::collection::vec(step(), 1..300)) {
            let mut queue = Queue::new(BOUNDS);
            let accounts = [(); 3].map(|()| AccountId::new());
            let parties = [
                Party::call(accounts[0]), Party::call(accounts[1]), Party::call(accounts[2]),
                Party::collector(accounts[0], CollectorId::new()), Party::collector(accounts[0], CollectorId::new()),
                Party::collector(accounts[1], CollectorId::new()),
                Party::anonymous(IpAddr::V4(Ipv4Addr::LOCALHOST)), Party::job(),
            ];
            let (mut running, mut waiting) = (Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::Enter(n) => match queue.enter(parties[n]) {
                        Entered::Begun => running.push(parties[n]),
                        Entered::Waits(ticket) => waiting.push((ticket, parties[n])),
                        Entered::Refused(_) => {}
                    },
                    Step::End(n, took) if !running.is_empty() => {
                        let party = running.swap_remove(n % running.len());
                        queue.end(party, Duration::from_micros(took));
                    }
                    Step::Leave(n) if !waiting.is_empty() => {
                        let (ticket, party) = waiting.swap_remove(n % waiting.len());
                        prop_assert!(queue.leave(party, ticket));
                    }
                    Step::End(..) | Step::Leave(_) => {}
                }
                while let Some((ticket, party)) = queue.next() {
                    let at = waiting.iter().position(|(other, _)| *other == ticket);
                    prop_assert!(at.is_some());
                    waiting.swap_remove(at.unwrap());
                    running.push(party);
                }
                prop_assert!(running.len() <= BOUNDS.total);
                for party in &parties {
                    let own = running.iter().filter(|other| other.who == party.who).count();
                    prop_assert!(own <= BOUNDS.account || party.who == Who::Platform);
                    let of_line = running.iter().filter(|other| party.line.is_some() && other.line == party.line);
                    prop_assert!(of_line.count() <= 1);
                }
                prop_assert_eq!((queue.running, queue.waiting), (running.len(), waiting.len()));
            }
            for party in running {
                queue.end(party, Duration::ZERO);
            }
            while let Some((_, party)) = queue.next() {
                queue.end(party, Duration::ZERO);
            }
            prop_assert!(queue.members.is_empty());
        }
    }
}
