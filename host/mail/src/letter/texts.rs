//! The texts, each language whole, so that a translator reads sentences and not fragments.

use super::{Content, Language, Parts, names::shown};

pub(super) fn greeting(language: Language, name: Option<&str>) -> String {
    let hello = match language {
        Language::En => "Hello",
        Language::De => "Guten Tag",
        Language::Nl => "Goedendag",
        Language::Fr => "Bonjour",
    };
    name.map_or_else(|| format!("{hello},"), |name| format!("{hello} {name},"))
}

/// Before an address where people get help.
pub(super) const fn help(language: Language) -> &'static str {
    match language {
        Language::En => "Help",
        Language::De => "Hilfe",
        Language::Nl => "Hulp",
        Language::Fr => "Aide",
    }
}

pub(super) fn parts(language: Language, content: &Content, product: &str) -> Parts {
    match content {
        Content::Invitation { account, by, link } => {
            let (account, by) = (shown(account), by.as_deref().map(shown).filter(|by| !by.is_empty()));
            let (subject, lead, action, rest) = invitation(language, product, &account, by.as_deref());
            Parts { subject, lead, action: Some((action, link.clone())), rest }
        }
        Content::PasswordReset { link } => {
            let (subject, lead, action, rest) = password_reset(language, product);
            Parts { subject, lead, action: Some((action, link.clone())), rest: rest.to_owned() }
        }
        Content::PasswordChanged => {
            let (subject, lead, rest) = password_changed(language, product);
            Parts { subject, lead, action: None, rest: rest.to_owned() }
        }
    }
}

type WithAction<R> = (String, String, &'static str, R);

fn invitation(language: Language, product: &str, account: &str, by: Option<&str>) -> WithAction<String> {
    match language {
        Language::En => (
            format!("Invitation to {account} on {product}"),
            match by {
                Some(by) => format!("{by} invites you to work with {account} on {product}."),
                None => format!("You are invited to work with {account} on {product}."),
            },
            "Accept the invitation",
            "The link works once and for seven days. If you did not expect this mail, ignore it: nothing happens \
             without you."
                .to_owned(),
        ),
        Language::De => (
            format!("Einladung zu {account} auf {product}"),
            match by {
                Some(by) => format!("{by} lädt Sie ein, auf {product} mit {account} zu arbeiten."),
                None => format!("Sie sind eingeladen, auf {product} mit {account} zu arbeiten."),
            },
            "Einladung annehmen",
            "Der Link gilt einmal und sieben Tage lang. Haben Sie diese E-Mail nicht erwartet, beachten Sie sie nicht: \
             Ohne Sie geschieht nichts."
                .to_owned(),
        ),
        Language::Nl => (
            format!("Uitnodiging voor {account} op {product}"),
            match by {
                Some(by) => format!("{by} nodigt u uit om op {product} met {account} te werken."),
                None => format!("U bent uitgenodigd om op {product} met {account} te werken."),
            },
            "Uitnodiging aannemen",
            "De link werkt één keer en zeven dagen lang. Had u deze e-mail niet verwacht, negeer hem dan: zonder u \
             gebeurt er niets."
                .to_owned(),
        ),
        Language::Fr => (
            format!("Invitation à {account} sur {product}"),
            match by {
                Some(by) => format!("{by} vous invite à travailler avec {account} sur {product}."),
                None => format!("Vous êtes invité à travailler avec {account} sur {product}."),
            },
            "Accepter l’invitation",
            "Le lien fonctionne une fois et pendant sept jours. Si vous n’attendiez pas cet e-mail, ignorez-le : rien \
             ne se passe sans vous."
                .to_owned(),
        ),
    }
}

fn password_reset(language: Language, product: &str) -> WithAction<&'static str> {
    match language {
        Language::En => (
            format!("New password for {product}"),
            format!("Somebody, most likely you, asked for a new password for {product}."),
            "Set a new password",
            "The link works once and for one hour. If it was not you, ignore this mail: your password stays as it is.",
        ),
        Language::De => (
            format!("Neues Passwort für {product}"),
            format!("Jemand, vermutlich Sie, hat ein neues Passwort für {product} angefordert."),
            "Neues Passwort setzen",
            "Der Link gilt einmal und eine Stunde lang. Waren Sie es nicht, beachten Sie diese E-Mail nicht: Ihr \
             Passwort bleibt, wie es ist.",
        ),
        Language::Nl => (
            format!("Nieuw wachtwoord voor {product}"),
            format!("Iemand, waarschijnlijk u, heeft een nieuw wachtwoord voor {product} aangevraagd."),
            "Nieuw wachtwoord instellen",
            "De link werkt één keer en één uur lang. Was u het niet, negeer deze e-mail dan: uw wachtwoord blijft \
             zoals het is.",
        ),
        Language::Fr => (
            format!("Nouveau mot de passe pour {product}"),
            format!("Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour {product}."),
            "Définir un nouveau mot de passe",
            "Le lien fonctionne une fois et pendant une heure. Si ce n’était pas vous, ignorez cet e-mail : votre mot \
             de passe reste inchangé.",
        ),
    }
}

fn password_changed(language: Language, product: &str) -> (String, String, &'static str) {
    match language {
        Language::En => (
            format!("Your password for {product} was changed"),
            format!("Your password for {product} was changed by the link in an earlier mail. All sessions were ended."),
            "If it was not you, somebody reads your mail: secure your mailbox, set a new password, and tell your \
             administrator. Your authenticator app and your passkeys were left as they are; once you have signed in, \
             you see them under Security.",
        ),
        Language::De => (
            format!("Ihr Passwort für {product} wurde geändert"),
            format!(
                "Ihr Passwort für {product} wurde über den Link in einer früheren E-Mail geändert. Alle Sitzungen \
                 wurden beendet."
            ),
            "Waren Sie es nicht, liest jemand Ihre E-Mails: Sichern Sie Ihr Postfach, setzen Sie ein neues Passwort \
             und benachrichtigen Sie Ihren Administrator. Ihre Authenticator-App und Ihre Passkeys blieben, wie sie \
             sind; nach der Anmeldung sehen Sie sie unter Sicherheit.",
        ),
        Language::Nl => (
            format!("Uw wachtwoord voor {product} is gewijzigd"),
            format!(
                "Uw wachtwoord voor {product} is gewijzigd via de link in een eerdere e-mail. Alle sessies zijn \
                 beëindigd."
            ),
            "Was u het niet, dan leest iemand uw e-mail: beveilig uw mailbox, stel een nieuw wachtwoord in en \
             waarschuw uw beheerder. Uw authenticator-app en uw passkeys zijn gebleven zoals ze waren; na het aanmelden \
             ziet u ze onder Beveiliging.",
        ),
        Language::Fr => (
            format!("Votre mot de passe pour {product} a été modifié"),
            format!(
                "Votre mot de passe pour {product} a été modifié par le lien d’un e-mail précédent. Toutes les \
                 sessions ont été fermées."
            ),
            "Si ce n’était pas vous, quelqu’un lit vos e-mails : sécurisez votre boîte, définissez un nouveau mot de \
             passe et prévenez votre administrateur. Votre application d’authentification et vos clés d’accès n’ont \
             pas changé ; une fois connecté, vous les voyez sous Sécurité.",
        ),
    }
}
