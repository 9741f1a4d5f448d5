//! What a request brings, and what it is answered with.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION};
use maud::Markup;
use scim_connector_host::visible;
use std::collections::HashMap;

/// The members of a query or a form; of those that stand there several times, the last.
pub(super) type Fields = HashMap<String, String>;

/// What a request is answered with.
pub(super) enum Answer {
    Page(StatusCode, Markup),
    Svg(String),
    /// After a form: where to look now.
    See(String),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Page(status, markup) => {
                // The markup itself has nothing to mark.
                let page = visible::lines(&markup.into_string()).into_owned();
                (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
            }
            Self::Svg(drawing) => {
                // A picture brings its style, and needs nothing else.
                let policy = (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox");
                ([(CONTENT_TYPE, "image/svg+xml"), policy], drawing).into_response()
            }
            Self::See(place) => match HeaderValue::from_str(&place) {
                Ok(place) => (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            },
        }
    }
}

/// The members of a query.
pub(super) fn query_fields(query: Option<String>) -> Fields {
    fields(query.unwrap_or_default().as_bytes())
}

/// The members of a form.
pub(super) fn fields(text: &[u8]) -> Fields {
    url::form_urlencoded::parse(text).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_shows_what_steers_or_hides_as_marks() {
        for kind in crate::tests::STEERING {
            let page = Answer::Page(StatusCode::OK, maud::html! { p title=(kind) { "a" (kind) "b" } });
            let body = axum::body::to_bytes(page.into_response().into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(!text.contains(|c: char| kind.contains(c) && !c.is_ascii_graphic()), "{kind:?}: {text}");
            assert!(text.starts_with("<p title=\"") && text.ends_with("b</p>"), "{text}");
        }
    }
}
