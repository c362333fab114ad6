//! The OpenAPI 3.1 document: generated from the handlers, so it cannot tell of a route that is not there.
//!
//! What holds for all routes is added here once: the shape of errors, how callers prove who they are, and
//! `Idempotency-Key`. Operation ids are `<tag>_<handler>`; clients generate names from them.

use std::collections::BTreeMap;

use utoipa::{
    OpenApi,
    openapi::{
        Content, HttpMethod, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::edge::problem::ProblemBody;

/// What the document says beside its routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bailiwick",
        description = "The REST interface of Bailiwick. Times are RFC 3339 UTC, ids UUIDs. Lists are `{items, next}` \
            with keyset cursors; `Accept: text/csv` gives the same rows as CSV. Errors are problem+json (RFC 9457) \
            with a stable `code`. What you may not see does not exist: 404."
    ),
    components(schemas(ProblemBody))
)]
pub(crate) struct Preface;

/// Routes that answer without a credential.
const OPEN: [&str; 14] = [
    "session_create",
    "session_second_factor",
    "session_passkey_challenge",
    "session_passkey",
    "session_begin_sso",
    "session_offer_sso",
    "session_finish_sso",
    "openapi_document",
    "branding_portal",
    "branding_logo",
    "invitations_offer",
    "invitations_accept",
    "password_reset_request",
    "password_reset_confirm",
];

/// Adds what holds for all routes.
pub(crate) fn complete(document: &mut Document) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token: `bwk_…`.")).build();
    components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    let cookie = ApiKeyValue::with_description(
        "__Host-bailiwick",
        "The portal's session. Calls that change something carry its `csrf` value in X-CSRF-Token too.",
    );
    components.security_schemes.insert("session".to_owned(), RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(cookie))));
    name_rows(&mut components.schemas);
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete_operation(&method, operation);
        }
    }
}

/// A list's rows are of a named schema, so that generated clients have one type for a row and for a thing.
fn name_rows(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for (name, schema) in schemas {
        if let (Some(row), RefOr::T(Schema::Object(list))) = (name.strip_prefix("List_"), schema) {
            let rows = ArrayBuilder::new().items(RefOr::Ref::<Schema>(Ref::from_schema_name(row))).build();
            list.properties.insert("items".to_owned(), RefOr::T(Schema::Array(rows)));
            list.required = ["items", "next"].map(str::to_owned).to_vec();
        }
    }
}

/// A path's operations.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|o| (method, o)))
}

/// A method as HTTP writes it.
#[must_use]
pub const fn verb(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Trace => "TRACE",
    }
}

fn complete_operation(method: &HttpMethod, operation: &mut Operation) {
    if let Some(tags) = &mut operation.tags {
        tags.dedup();
    }
    let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
    let name = format!("{tag}_{}", operation.operation_id.as_deref().unwrap_or_default());
    if !OPEN.contains(&name.as_str()) {
        let none: [String; 0] = [];
        operation.security =
            Some(vec![SecurityRequirement::new("token", none.clone()), SecurityRequirement::new("session", none)]);
    }
    operation.operation_id = Some(name);
    let problem = ResponseBuilder::new()
        .description("What went wrong")
        .content("application/problem+json", Content::new(Some(RefOr::Ref::<_>(Ref::from_schema_name("Problem")))))
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
    // what concerns the session itself answers with secrets, or is done once by its nature
    let open = OPEN.contains(&operation.operation_id.as_deref().unwrap_or_default());
    if matches!(method, HttpMethod::Post) && tag != "session" && !open {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200)).build();
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The same call with the same key within 24 hours does its work once."))
            .schema(Some(text))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(header));
    }
}
