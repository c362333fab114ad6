//! What every call passes before and after its handler: the listener, who calls, limits, headers,
//! errors, lists, files.
//!
//! | module | what it guarantees |
//! |---|---|
//! | [`listener`], [`descriptors`] | no caller holds connections without end, nor all of them |
//! | [`tls`] | TLS 1.2+ with AEAD suites, or plain HTTP only where the settings allow it |
//! | [`host`] | under which name the server was called, said once |
//! | [`request_id`], [`metrics`] | a call can be found in log and figures, without personal data |
//! | [`source`], [`rate`] | a caller cannot choose its address, nor call without end |
//! | [`headers`] | what a browser may do with a reply |
//! | [`assets`], [`fixed`] | the portal's files, compressed once |
//! | [`problem`] | one shape of errors |
//! | [`guard`] | what no handler gets to see |
//! | [`body`] | bodies in memory are bounded, one by one and together |
//! | [`device`] | what a call came from, for its owner to know it again |
//! | [`input`], [`list`], [`table`], [`locale`] | bodies, queries, lists, CSV, languages |

pub mod assets;
pub mod body;
pub mod descriptors;
pub mod device;
pub mod fixed;
pub mod guard;
pub mod headers;
pub mod host;
pub mod input;
pub mod list;
pub mod listener;
pub mod locale;
pub mod metrics;
pub mod problem;
pub mod rate;
pub mod request_id;
pub mod source;
pub mod table;
pub mod tls;

pub use device::Device;
pub use fixed::Fixed;
pub use host::Host;
pub use input::{Json, Path, Query};
pub use list::{Format, List, Page};
pub use locale::Locale;
pub use metrics::Metrics;
pub use problem::{FieldProblem, Problem};
pub use source::Source;
pub use table::Tabular;
