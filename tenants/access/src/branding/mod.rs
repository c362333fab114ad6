//! Branding: how an account looks to those who meet it: sign-in, portal, mail, and whatever else a person sees.
//!
//! Each part is inherited by itself: a dealer sets name, logo and colour once and all below it wear them, a sub-dealer
//! may change the name alone. What an account inherits is read whether or not the caller sees the account above: that
//! is what a brand is for. A brand is never a secret.
//!
//! The portal's host name is given from above, since its DNS record and certificate have to be set up there, and so
//! that nobody takes a name that is another's.

mod colour;
mod host;
mod logo;
mod service;
mod store;

pub use colour::{Colour, ColourError};
pub use host::{HostName, HostNameError};
pub use logo::{Logo, LogoError, LogoHash};

/// The parts of a brand; what is absent is inherited, and at the top the platform's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// What the product is called, 1 to 60 characters.
    pub name: Option<String>,
    /// The colour of buttons and links.
    pub accent: Option<Colour>,
    /// Where people get help by mail.
    pub support_email: Option<String>,
    /// Where people get help in the browser, `https://`.
    pub support_url: Option<String>,
    /// The portal's host name.
    pub host: Option<HostName>,
    /// The logo, by its hash.
    pub logo: Option<LogoHash>,
}

impl Brand {
    /// This brand, each absent part from the one above.
    #[must_use]
    pub fn over(self, above: Self) -> Self {
        Self {
            name: self.name.or(above.name),
            accent: self.accent.or(above.accent),
            support_email: self.support_email.or(above.support_email),
            support_url: self.support_url.or(above.support_url),
            host: self.host.or(above.host),
            logo: self.logo.or(above.logo),
        }
    }
}

/// What an account says of its brand itself, in place of what it said before. Host name and logo are set apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewBrand {
    /// 1 to 60 characters.
    pub name: Option<String>,
    /// The colour of buttons and links.
    pub accent: Option<Colour>,
    /// Where people get help by mail.
    pub support_email: Option<String>,
    /// Where people get help in the browser, `https://`.
    pub support_url: Option<String>,
}

/// An account's brand: what it says itself, and what it wears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    /// What the account says itself.
    pub own: Brand,
    /// What it wears, with what it inherits.
    pub effective: Brand,
}
