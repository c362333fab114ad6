//! One exchange from start to end: steps on the guests' threads, answers from the host, every ask
//! checked before it is answered and the outcome checked before it is returned.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bailiwick_contract::{
    check::{Checked, Checker, Denied},
    exchange::{Answer, Ask, Context, End, Failure, Input, Refusal, Round},
    manifest::Limits,
    policy::Permitted,
};
use tokio::sync::{TryAcquireError, oneshot};

use crate::{
    AccountTag, Answers, BusyReason, ExchangeError, Figures, TrapKind,
    answers::Allowance,
    driver::Inner,
    sandbox::{Gave, Instance, Stepped, Turn},
    threads::Full,
};

/// One exchange under way.
pub(crate) struct Run<'a> {
    driver: &'a Arc<Inner>,
    account: AccountTag,
    permitted: &'a Permitted,
    figures: Figures,
    /// What was asked and answered, where someone wants it.
    rounds: Option<Vec<Round>>,
    seen: Seen<'a>,
}

/// How an exchange ended: with what may be applied, or with the driver's own refusal.
pub(crate) enum Ended {
    Done(Checked),
    Refused(Refusal),
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Done(checked) => Self::Done(checked.into_parts().0),
            Ended::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(driver: &'a Arc<Inner>, account: AccountTag, permitted: &'a Permitted, input: &Input) -> Self {
        let seen = Seen {
            driver,
            input: input.kind(),
            began: Instant::now(),
            end: "cancelled",
            busy: Duration::ZERO,
            ran: false,
        };
        Self { driver, account, permitted, figures: Figures::default(), rounds: None, seen }
    }

    pub(crate) fn recording(mut self) -> Self {
        self.rounds = Some(Vec::new());
        self
    }

    /// Runs it to its end. Dropping the future ends the exchange where it is.
    pub(crate) async fn run(
        mut self,
        context: Context,
        input: Input,
        answers: &dyn Answers,
    ) -> Result<(Ended, Figures, Vec<Round>), ExchangeError> {
        let result = self.steps(context, &input, answers).await;
        self.observe(result.as_ref());
        result.map(|ended| (ended, self.figures, self.rounds.unwrap_or_default()))
    }

    async fn steps(&mut self, context: Context, input: &Input, answers: &dyn Answers) -> Result<Ended, ExchangeError> {
        let driver = self.driver;
        let limits = driver.manifest.limits;
        if driver.pauses.of(self.account, Instant::now()).is_some() {
            return Err(ExchangeError::Paused);
        }
        let _live = driver.shared.live.try_acquire().map_err(|e| match e {
            TryAcquireError::NoPermits => ExchangeError::Busy(BusyReason::Instances),
            TryAcquireError::Closed => ExchangeError::Stopped,
        })?;
        let checker = Checker::new(&driver.manifest, self.permitted);
        let mut allowance = Allowance::new(&limits);
        let mut turn = self.turn(self.begin(context, input.clone())?).await?;
        loop {
            let (instance, asks) = match turn {
                Gave::Asks(instance, asks) => (instance, asks),
                Gave::Done(outcome) => return Ok(Ended::Done(checker.effects(input, outcome)?)),
                Gave::Refused(refusal) => return Ok(Ended::Refused(checker.refusal(refusal)?)),
                Gave::Violation(violation) => return Err(violation.into()),
                Gave::Trap(TrapKind::Unreachable, Some(place)) => return Err(ExchangeError::Panicked(place)),
                Gave::Trap(kind, _) => return Err(ExchangeError::Trap(kind)),
            };
            let answers = self.answer(&checker, input, asks, answers, &mut allowance, &limits).await?;
            if self.figures.steps >= limits.steps {
                return Err(ExchangeError::Limit("steps"));
            }
            turn = self.turn(driver.shared.threads.proceed(self.job(|_, _| instance.step(answers)))).await?;
        }
    }

    fn begin(&self, context: Context, input: Input) -> Result<oneshot::Receiver<Turn>, ExchangeError> {
        let begin = self.job(|driver, account| driver.image.begin(driver.warm.take(account), context, input));
        self.driver.shared.threads.begin(begin).map_err(|Full| ExchangeError::Busy(BusyReason::Queue))
    }

    /// A step as a guest's thread runs it: under the clock, its instance kept for the account where that is
    /// configured.
    fn job(
        &self,
        step: impl FnOnce(&Inner, AccountTag) -> Stepped + Send + 'static,
    ) -> impl FnOnce() -> (Turn, Option<Box<Instance>>) + Send + 'static {
        let (driver, account) = (Arc::clone(self.driver), self.account);
        move || {
            let _ticking = driver.shared.ticker.run();
            let (turn, ended) = step(&driver, account);
            (turn, ended.and_then(|instance| driver.warm.give(account, instance)))
        }
    }

    async fn turn(&mut self, turn: oneshot::Receiver<Turn>) -> Result<Gave, ExchangeError> {
        let turn = turn.await.map_err(|_| ExchangeError::Stopped)?;
        self.figures.steps = self.figures.steps.saturating_add(1);
        self.figures.busy = turn.busy;
        self.figures.memory_bytes = turn.memory_bytes;
        self.seen.busy = turn.busy;
        self.seen.ran = true;
        Ok(turn.gave)
    }

    /// One round: what is denied never reaches the host.
    async fn answer(
        &mut self,
        checker: &Checker<'_>,
        input: &Input,
        asks: Vec<Ask>,
        answers: &dyn Answers,
        allowance: &mut Allowance,
        limits: &Limits,
    ) -> Result<Vec<Answer>, ExchangeError> {
        self.figures.asks = self.figures.asks.saturating_add(u32::try_from(asks.len()).unwrap_or(u32::MAX));
        if self.figures.asks > limits.asks {
            return Err(ExchangeError::Limit("asks"));
        }
        let verdicts: Vec<Result<(), Denied>> = asks.iter().map(|ask| checker.ask(input, ask)).collect();
        for (ask, verdict) in asks.iter().zip(&verdicts) {
            self.count_ask(ask, *verdict);
        }
        let permitted: Vec<Ask> =
            asks.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_ok()).map(|(ask, _)| ask.clone()).collect();
        let mut given = self.wait(permitted, answers, limits).await?.into_iter();
        let answers: Vec<Answer> = asks
            .iter()
            .zip(&verdicts)
            .map(|(ask, verdict)| match verdict {
                Ok(()) => allowance.admit(ask, given.next().unwrap_or(Answer::Failed(Failure::Unavailable))),
                Err(_) => Answer::Failed(Failure::Denied),
            })
            .collect();
        if let Some(rounds) = &mut self.rounds {
            rounds.push(Round { asks, answers: answers.clone() });
        }
        Ok(answers)
    }

    /// Waits for the host within what is left of the exchange's time for waiting.
    async fn wait(
        &mut self,
        asks: Vec<Ask>,
        answers: &dyn Answers,
        limits: &Limits,
    ) -> Result<Vec<Answer>, ExchangeError> {
        if asks.is_empty() {
            return Ok(Vec::new());
        }
        let left = Duration::from_millis(limits.wait_ms.into()).saturating_sub(self.figures.waited);
        let began = Instant::now();
        let given = tokio::time::timeout(left, answers.answer_all(asks)).await;
        self.figures.waited = self.figures.waited.saturating_add(began.elapsed());
        given.map_err(|_| ExchangeError::Waited)
    }

    fn count_ask(&mut self, ask: &Ask, verdict: Result<(), Denied>) {
        let result = verdict.map_or_else(|denied| denied.code(), |()| "permitted");
        self.driver.shared.metrics.asks.with_label_values(&[self.driver.name(), ask.kind(), result]).inc();
        if let Err(denied) = verdict {
            self.figures.denied = self.figures.denied.saturating_add(1);
            tracing::debug!(%denied, "an ask is denied");
        }
    }

    fn observe(&mut self, result: Result<&Ended, &ExchangeError>) {
        let (driver, metrics) = (self.driver.name(), &self.driver.shared.metrics);
        self.seen.end = match result {
            Ok(Ended::Done(_)) => "done",
            Ok(Ended::Refused(_)) => "refused",
            Err(error) => error.code(),
        };
        let own = &self.driver.metrics;
        own.steps.inc_by(self.figures.steps.into());
        let peak = i64::try_from(self.figures.memory_bytes).unwrap_or(i64::MAX);
        own.memory_peak.set(own.memory_peak.get().max(peak));
        let (told, suppressed) = self.driver.image.log().take();
        own.told.inc_by(told);
        own.suppressed.inc_by(suppressed);
        match result {
            Ok(Ended::Done(checked)) => {
                own.dropped.inc_by(checked.dropped().total());
            }
            Err(ExchangeError::Violation(violation)) => {
                metrics.violations.with_label_values(&[driver, violation.code.name()]).inc();
                tracing::warn!(code = violation.code.name(), path = violation.path, "a driver breaks its manifest");
            }
            Err(error @ (ExchangeError::Trap(_) | ExchangeError::Panicked(_))) => {
                let kind = if let ExchangeError::Trap(kind) = error { *kind } else { TrapKind::Unreachable };
                metrics.traps.with_label_values(&[driver, kind.code()]).inc();
                tracing::warn!(kind = kind.code(), "a driver trapped");
                if self.driver.pauses.trapped(self.account, Instant::now()) {
                    metrics.pauses.with_label_values(&[driver]).inc();
                    tracing::error!(account = %self.account.0, "a driver is paused for an account, since it keeps trapping");
                }
            }
            Ok(Ended::Refused(_)) | Err(_) => {}
        }
    }
}

/// Counts the exchange when it is over, also when its caller went away before.
struct Seen<'a> {
    driver: &'a Arc<Inner>,
    input: &'static str,
    began: Instant,
    end: &'static str,
    busy: Duration,
    ran: bool,
}

impl Drop for Seen<'_> {
    fn drop(&mut self) {
        let (driver, shared) = (self.driver.name(), &self.driver.shared);
        let times = self.driver.metrics.times(self.input);
        match times.filter(|_| self.end == "done") {
            Some(times) => times.done.inc(),
            None => shared.metrics.exchanges.with_label_values(&[driver, self.input, self.end]).inc(),
        }
        if let Some(times) = times.filter(|_| self.ran) {
            times.seconds.observe(self.began.elapsed().as_secs_f64());
            times.busy.observe(self.busy.as_secs_f64());
        }
        shared.metrics.live.set(i64::try_from(shared.under_way()).unwrap_or(i64::MAX));
    }
}
