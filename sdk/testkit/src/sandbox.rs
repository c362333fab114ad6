//! A driver's real component in the real sandbox, fresh and warm.

use std::path::Path;

use bailiwick_contract::{
    exchange::{Context, Input, Ownership, Transcript},
    manifest::Manifest,
    policy::{Category, Grant, Permitted, Policy},
};
use bailiwick_runtime::{AccountTag, Answers, Driver, Figures, Runtime, RuntimeConfig, Warmth};
use uuid::Uuid;

use crate::{KitError, native, replay::same, twins};

/// One driver, loaded twice: into a runtime of fresh instances and into one that reuses them.
pub struct Sandbox {
    fresh: Driver,
    warm: Driver,
}

impl Sandbox {
    /// Builds the driver in a folder and loads it.
    ///
    /// # Errors
    /// [`KitError`].
    pub async fn build(driver_dir: &Path, target_dir: &Path) -> Result<Self, KitError> {
        Self::load(&bailiwick_package::build(driver_dir, target_dir)?).await
    }

    /// Loads a component.
    ///
    /// # Errors
    /// [`KitError`].
    pub async fn load(component: &[u8]) -> Result<Self, KitError> {
        let config = |warmth| RuntimeConfig { threads: 1, instances: 16, warmth, ..RuntimeConfig::default() };
        let fresh = Runtime::new(config(Warmth::Fresh))?.load(component).await?;
        let warm = Runtime::new(config(Warmth::Reuse { uses: 64, idle: 1 }))?.load(component).await?;
        Ok(Self { fresh, warm })
    }

    /// The component's manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.fresh.manifest()
    }

    /// One exchange in a fresh instance.
    ///
    /// # Errors
    /// [`KitError::Exchange`].
    pub async fn record(
        &self,
        permitted: &Permitted,
        context: &Context,
        input: &Input,
        answers: &dyn Answers,
    ) -> Result<(Transcript, Figures), KitError> {
        run(&self.fresh, permitted, context, input, answers).await
    }

    /// Runs every denied twin; see [`twins`].
    ///
    /// # Errors
    /// [`KitError::Exchange`] for a driver that does not end cleanly, [`KitError::Leak`].
    pub async fn survives_denial(
        &self,
        context: &Context,
        input: &Input,
        answers: &dyn Answers,
    ) -> Result<(), KitError> {
        for twin in twins(self.manifest()) {
            let permitted = permitted(self.manifest(), &twin.grant(self.manifest()), context.subject.ownership);
            let (transcript, _) = match self.record(&permitted, context, input, answers).await {
                Err(KitError::Exchange { source, .. }) => {
                    return Err(KitError::Exchange { twin: Some(twin.to_string()), source });
                }
                other => other?,
            };
            if let Some(what) = twin.leak(self.manifest(), &transcript) {
                return Err(KitError::Leak { twin: twin.to_string(), what });
            }
        }
        Ok(())
    }
}

/// Runs an exchange natively and twice each in fresh and warm instances, with everything granted:
/// all of them must be the same.
///
/// # Errors
/// [`KitError::Differ`], or why a run ended.
pub async fn agree<D: bailiwick_sdk::Driver>(
    sandbox: &Sandbox,
    context: &Context,
    input: &Input,
    answers: &dyn Answers,
) -> Result<Transcript, KitError> {
    let manifest = sandbox.manifest();
    let permitted = permitted(manifest, &Grant::all_of(manifest), context.subject.ownership);
    let native = native::record::<D>(manifest, &permitted, context, input, answers).await?;
    for (name, driver) in [("fresh", &sandbox.fresh), ("warm", &sandbox.warm)] {
        for _ in 0..2 {
            let (transcript, _) = run(driver, &permitted, context, input, answers).await?;
            same(("native", &native), (name, &transcript))?;
        }
    }
    Ok(native)
}

async fn run(
    driver: &Driver,
    permitted: &Permitted,
    context: &Context,
    input: &Input,
    answers: &dyn Answers,
) -> Result<(Transcript, Figures), KitError> {
    let recorded = driver.record(AccountTag(Uuid::nil()), permitted, context.clone(), input.clone(), answers).await;
    recorded.map_err(|source| KitError::Exchange { twin: None, source })
}

/// What a grant permits under a policy that allows everything.
pub(crate) fn permitted(manifest: &Manifest, grant: &Grant, ownership: Ownership) -> Permitted {
    let everything = Policy { company: Category::ALL.into(), personal: Category::ALL.into() };
    Permitted::new(manifest, grant, &everything, ownership)
}
