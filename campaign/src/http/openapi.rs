//! The routes and their description, made together, so that one cannot be without the other. The commands are described
//! from the very types they are read into.

use std::sync::LazyLock;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, OneOf, Schema};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, certificates, commands, people, public, reading, rehearsal, session};

/// The description of the API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lá Chắn: the national vaccination campaign",
        description = "Commands are `POST /api/units/{unit}/{folder}/{command}` with a header `Idempotency-Key`; the answer to \
                       a repeated key is the first answer. Every refusal is a problem document (RFC 9457) with a stable code \
                       and words in Vietnamese and English.",
        license(name = "Apache-2.0 OR MIT")
    ),
    // Its last segment is matched by hand, so it is routed apart; see `routes`.
    paths(certificates::qr),
    components(schemas(
        super::Problem,
        crate::supply::Command,
        crate::visits::Command,
        crate::places::Command,
        crate::certificates::Command,
        crate::auth::Command
    ))
)]
struct Description;

/// Commands that the system gives itself; they are not in the description, and no role may ask for them.
const INTERNAL: &[(&str, &str)] =
    &[("certificates", "record_issued"), ("certificates", "record_refused"), ("certificates", "record_revoked")];

/// All routes, with the description of them.
pub(super) fn routes() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(public::health))
        .routes(routes!(public::units))
        .routes(routes!(public::admin_units))
        .routes(routes!(public::products))
        .routes(routes!(public::trust_list))
        .routes(routes!(public::trust_list_jws))
        .routes(routes!(public::status_list))
        .routes(routes!(public::trust_anchors))
        .routes(routes!(openapi))
        .routes(routes!(session::log_in, session::who, session::log_out))
        .routes(routes!(people::register))
        .routes(routes!(people::find))
        .routes(routes!(people::read))
        .routes(routes!(reading::stock))
        .routes(routes!(reading::lot_balances))
        .routes(routes!(reading::lots))
        .routes(routes!(reading::consignments))
        .routes(routes!(reading::shipments))
        .routes(routes!(reading::visits_today))
        .routes(routes!(reading::vials))
        .routes(routes!(reading::entries))
        .routes(routes!(certificates::read))
        .routes(routes!(certificates::document))
        .routes(routes!(session::set_password))
        .routes(routes!(rehearsal::advance))
        .split_for_parts();
    name_operations(&mut description);
    for folder in ["supply", "visits", "places", "certificates", "auth"] {
        describe_commands(&mut description, folder);
    }
    let router = router
        .route("/api/units/{unit}/doses/{dose}/certificates/{profile}/{file}", get(certificates::qr))
        .route("/api/units/{unit}/{folder}/{command}", post(commands::take));
    (router, description)
}

/// Made once: anybody may ask for it.
static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(document);

/// The description of the API: this document, OpenAPI 3.1.
#[utoipa::path(get, path = "/api/openapi.json", tag = "public", responses((status = 200)))]
async fn openapi() -> axum::Json<&'static utoipa::openapi::OpenApi> {
    axum::Json(&DOCUMENT)
}

/// The description of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    routes().1
}

/// Makes the names of operations unique: the folder's before the handler's.
fn name_operations(description: &mut utoipa::openapi::OpenApi) {
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let tag = operation.tags.iter().flatten().next().map_or("", String::as_str);
            operation.operation_id = operation.operation_id.take().map(|name| format!("{tag}_{name}"));
        }
    }
}

/// Adds a path per command: the variants of the folder's `Command` are objects with one property, the command's name.
fn describe_commands(description: &mut utoipa::openapi::OpenApi, folder: &str) {
    let Some(components) = description.components.as_mut() else { return };
    let name = format!("{}{}Command", folder[..1].to_uppercase(), &folder[1..]);
    let Some(RefOr::T(Schema::OneOf(OneOf { items, .. }))) = components.schemas.remove(&name) else { return };
    for item in items {
        let RefOr::T(Schema::Object(Object { properties, description: words, .. })) = item else { continue };
        for (command, schema) in properties {
            if INTERNAL.contains(&(folder, command.as_str())) {
                continue;
            }
            let path = format!("/api/units/{{unit}}/{folder}/{command}");
            let item = PathItem::new(HttpMethod::Post, operation(folder, &command, words.as_deref(), schema));
            description.paths.paths.insert(path, item);
        }
    }
}

fn operation(
    folder: &str,
    command: &str,
    words: Option<&str>,
    schema: RefOr<Schema>,
) -> utoipa::openapi::path::Operation {
    let parameter = |name: &str, place: ParameterIn| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(Required::True)
            .schema(Some(Object::with_type(utoipa::openapi::Type::String)))
    };
    let problem = |words: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new().description(words).content("application/problem+json", content).build()
    };
    let body = ContentBuilder::new().schema(Some(schema)).build();
    OperationBuilder::new()
        .operation_id(Some(format!("{folder}_{command}")))
        .tag(folder)
        .summary(words)
        .parameter(parameter("unit", ParameterIn::Path))
        .parameter(parameter("Idempotency-Key", ParameterIn::Header))
        .request_body(Some(
            RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build(),
        ))
        .response("200", ResponseBuilder::new().description("Done; the answer to the command.").build())
        .response("400", problem("Not well formed."))
        .response("401", problem("Nobody is logged in."))
        .response("403", problem("This role may not do this here."))
        .response("404", problem("What it speaks of does not exist here."))
        .response("409", problem("It does not fit the present state."))
        .response("422", problem("A rule of the campaign forbids it."))
        .response("503", problem("It cannot be recorded now; send it again with the same key."))
        .build()
}
