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
        let support_url = brand.support_url.filter(|url| leads_home(url, brand.host.as_ref()));
        let (name, support_email) = (brand.name, brand.support_email);
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

/// Whether a brand's link may stand in a mail: it leads to where its portal is, or to a host beside that one. Which host the
/// portal has, who runs the platform says; a brand without a host has no link in mails.
fn leads_home(url: &str, portal: Option<&HostName>) -> bool {
    let host = url.parse::<axum::http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
    let (Some(host), Some(portal)) = (host, portal) else { return false };
    let beside = portal.as_str().split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.'));
    let below = |domain: &str| host.strip_suffix(domain).is_some_and(|name| name.is_empty() || name.ends_with('.'));
    host == portal.as_str() || beside.is_some_and(below)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_a_mail_leads_to_the_portal_s_own_domain() {
        let portal: HostName = "portal.dealer.example".parse().unwrap();
        for url in ["https://portal.dealer.example/", "https://dealer.example/help", "https://help.DEALER.example"] {
            assert!(leads_home(url, Some(&portal)), "{url}");
            assert!(!leads_home(url, None), "{url}, without a portal of its own");
        }
        for url in [
            "https://evil.example/",
            "https://evildealer.example",
            "https://dealer.example.evil.example",
            "https://dealer.example@evil.example/",
            "not a link",
        ] {
            assert!(!leads_home(url, Some(&portal)), "{url}");
        }
        // the whole of a domain such as co.example is nobody's
        let short: HostName = "dealer.example".parse().unwrap();
        assert!(leads_home("https://dealer.example/help", Some(&short)));
        assert!(!leads_home("https://other.example/help", Some(&short)));
    }
}
