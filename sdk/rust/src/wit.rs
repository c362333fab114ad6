//! The bindings of `sdk/wit/0.1.0`: plain data on every platform, canonical-ABI glue on wasm32.
//!
//! Authors meet these types through the crate's root, with constructors from [`crate::build`]. They
//! are generated, so a shape here cannot drift from the released contract.

wit_bindgen::generate!({
    path: "../wit/0.1.0",
    world: "plugin",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "bailiwick_sdk::wit",
    additional_derives: [PartialEq],
    generate_all,
});
