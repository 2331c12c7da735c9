//! The page of a refusal: a whole document that needs no file of the site, for it may be the site that is at fault.

use http::StatusCode;
use vestibule_core::ErrorCode;

use crate::layers::security_headers::RequestNonce;
use crate::log::RequestId;

/// The colours of the house, by day and by night. The browser's own would do; these are what the reader came from.
const STYLE: &str = "body{margin:0;padding:12vh 1.5rem;background:#f2eee5;color:#25221d;\
                     font:1.0625rem/1.6 system-ui,sans-serif}\
                     main{max-width:34rem;margin:auto}\
                     a{color:#16504a}\
                     @media(prefers-color-scheme:dark){body{background:#15181a;color:#eae5da}a{color:#93c5bb}}";

/// What a page of a refusal says. It travels in the response's extensions to where the rest is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) code: ErrorCode,
}

impl Page {
    /// The document. Every text in it is a constant of ours, or hex digits: nothing of the request is repeated.
    ///
    /// The id is shown where the fault is ours or the upstream's. A page without a nonce has the browser's own style.
    pub(super) fn html(self, id: Option<&RequestId>, nonce: Option<&RequestNonce>) -> String {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let style = nonce.map(|RequestNonce(nonce)| format!("<style nonce=\"{nonce}\">{STYLE}</style>"));
        let id = id.filter(|_| self.status.is_server_error());
        let reference = id.map(|id| format!("<p>If you report this, please quote <code>{id}</code>.</p>"));
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>{}</head>\
             <body><main><h1>{title}</h1><p>{}</p>{}<p><a href=\"/\">Home</a></p></main></body></html>",
            style.unwrap_or_default(),
            self.code.message(),
            reference.unwrap_or_default(),
        )
    }
}
