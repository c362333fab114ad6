//! Letters are written when they are sent: what they are about is looked at then, and the secret of a link is made then.
//! A link leads to the portal that the account wears, under its own host name where it has one: that name and the
//! platform's are configured, and never what a caller says its host is.

use async_trait::async_trait;
use bailiwick_access::{Access, AccessError, branding::HostName, invitations::InvitationId};
use bailiwick_devices::jobs::JobFailure;
use bailiwick_mail::{
    Brand, Content, Language, Letter, Writer,
    outbox::{Kind, Waiting},
};
use bailiwick_store::OperatorId;
use secrecy::{ExposeSecret as _, SecretString};

use crate::config;

/// Writes the server's letters.
pub(super) struct Letters {
    pub(super) access: Access,
    /// The platform's address, without a trailing slash.
    pub(super) base: String,
}

impl Letters {
    /// The secret stands behind `#`, which browsers send to nobody, so that no log and no referrer has it.
    fn link(&self, host: Option<&HostName>, page: &str, secret: &SecretString) -> SecretString {
        format!("{}/{page}#token={}", config::portal(&self.base, host), secret.expose_secret()).into()
    }

    /// A brand as a letter wears it, with its logo.
    async fn worn(&self, brand: bailiwick_access::branding::Brand) -> Result<Brand, AccessError> {
        let logo = match brand.logo {
            Some(hash) => match self.access.logo(hash).await {
                // another took its place just now
                Err(AccessError::NotFound) => None,
                found => Some(found?),
            },
            None => None,
        };
        let accent = brand.accent.map(|accent| accent.to_string());
        let (name, support_email, support_url) = (brand.name, brand.support_email, brand.support_url);
        Ok(Brand { name, accent, support_email, support_url, logo })
    }

    async fn written(&self, mail: &Waiting) -> Result<Option<Letter>, AccessError> {
        match (mail.kind, mail.subject) {
            (Kind::Invitation, Some(id)) => {
                let Some(minted) = self.access.link_invitation(mail.account, InvitationId(id)).await? else {
                    return Ok(None);
                };
                let brand = self.access.brand_of(mail.account).await?;
                let link = self.link(brand.host.as_ref(), "invitation", &minted.secret);
                let content = Content::Invitation { account: minted.account, by: minted.by, link };
                let brand = self.worn(brand).await?;
                Ok(Some(Letter { to: minted.email, name: minted.name, language: mail.language, content, brand }))
            }
            (Kind::PasswordReset, _) => {
                let Ok(email) = mail.recipient.parse() else { return Ok(None) };
                let Some(reset) = self.access.link_password_reset(&email).await? else { return Ok(None) };
                let brand = self.access.brand_of_operator(reset.contact.id).await?;
                let link = self.link(brand.host.as_ref(), "reset-password", &reset.secret);
                let content = Content::PasswordReset { link };
                let brand = self.worn(brand).await?;
                let (to, name) = (reset.contact.email, Some(reset.contact.name));
                Ok(Some(Letter { to, name, language: Language::of(&reset.contact.locale), content, brand }))
            }
            (Kind::PasswordChanged, Some(id)) => {
                let Some(contact) = self.access.contact(OperatorId(id)).await? else { return Ok(None) };
                let language = Language::of(&contact.locale);
                let brand = self.worn(self.access.brand_of_operator(contact.id).await?).await?;
                let (to, name) = (contact.email, Some(contact.name));
                Ok(Some(Letter { to, name, language, content: Content::PasswordChanged, brand }))
            }
            (Kind::Invitation | Kind::PasswordChanged, None) => Ok(None),
        }
    }
}

#[async_trait]
impl Writer for Letters {
    async fn write(&self, mail: &Waiting) -> Result<Option<Letter>, JobFailure> {
        match self.written(mail).await {
            Err(AccessError::NotFound) => Ok(None),
            other => other.map_err(|error| JobFailure::new("letter_not_written", error)),
        }
    }
}
