//! Who lives in the demo world. All invented; the domains are reserved for examples (RFC 2606).

/// A customer of the demo's dealer.
pub struct Customer {
    /// Its name.
    pub name: &'static str,
    /// Who signs in there to look: (name, e-mail).
    pub viewer: (&'static str, &'static str),
    /// Its one site: name, address, the loopback network that stands for it of the simulated printers.
    pub site: (&'static str, &'static str, &'static str),
}

/// The platform's owner.
pub const PLATFORM: (&str, &str) = ("Femke Aldering", "platform@bailiwick.example");
/// The dealer.
pub const DEALER: &str = "Nordlicht Systemhaus GmbH";
/// The dealer's owner.
pub const DEALER_OWNER: (&str, &str) = ("Jule Thomsen", "jule.thomsen@nordlicht.example");
/// The dealer's technician.
pub const DEALER_TECHNICIAN: (&str, &str) = ("Ibrahim Kaya", "ibrahim.kaya@nordlicht.example");

/// The dealer's customers.
pub const CUSTOMERS: [Customer; 3] = [
    Customer {
        name: "Stadtwerke Lindenau",
        viewer: ("Matthias Böttcher", "m.boettcher@stadtwerke-lindenau.example"),
        site: ("Verwaltung Hafenstraße", "Hafenstraße 14, Lindenau", "127.20.1.0/24"),
    },
    Customer {
        name: "Brouwer & De Wit Accountants",
        viewer: ("Saskia de Wit", "s.dewit@brouwerdewit.example"),
        site: ("Kantoor Singelgracht", "Singelgracht 201, Oudekerk", "127.20.2.0/24"),
    },
    Customer {
        name: "Imprimerie Vasseur & Fils",
        viewer: ("Élodie Vasseur", "elodie@vasseur-imprimerie.example"),
        site: ("Atelier des Tanneurs", "8 rue des Tanneurs, Saint-Aubry", "127.20.3.0/24"),
    },
];
