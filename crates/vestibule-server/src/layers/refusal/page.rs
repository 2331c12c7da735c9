//! The page of a refusal: a whole document that needs no file of the site, for it may be the site that is at fault.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use http::StatusCode;
use vestibule_core::{ErrorCode, Text, Words};

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
    /// What is known without the rest: in English, without a style.
    pub(super) fn bare(self, id: Option<&RequestId>) -> String {
        let Self { status, code } = self;
        let (words, request_id) = (Words::default(), id.map(|id| id.0.as_str()));
        Refusal { status, code, message: code.message(), lang: &words.lang, words: &words, request_id, nonce: None }
            .html()
    }
}

/// A request that was refused before it came to a page, for a page about it
/// ([`VestibuleBuilder::refusal_page`](crate::app::VestibuleBuilder::refusal_page)). Nothing of the request is in it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Refusal<'a> {
    /// The response's status.
    pub status: StatusCode,
    /// Why.
    pub code: ErrorCode,
    /// What a person reads of it, in their language.
    pub message: &'a str,
    /// That language's tag (BCP 47).
    pub lang: &'a str,
    /// The library's other words in it.
    pub words: &'a Words,
    /// The id of the request, to be quoted in a report; only where the fault is ours or the upstream's.
    pub request_id: Option<&'a str>,
    /// The nonce of this response: styles and scripts of the page carry it, or are not run.
    pub nonce: Option<&'a str>,
}

/// Writes the page of a refusal, as a whole document.
#[derive(Clone)]
pub(crate) struct RefusalPage(Arc<dyn Fn(&Refusal<'_>) -> String + Send + Sync>);

impl fmt::Debug for RefusalPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefusalPage")
    }
}

impl RefusalPage {
    pub(crate) fn new(page: impl Fn(&Refusal<'_>) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(page))
    }

    /// The application's page; ours where it fails.
    pub(super) fn html(&self, refusal: &Refusal<'_>) -> String {
        // Nothing stands around this that would answer in its place.
        catch_unwind(AssertUnwindSafe(|| (self.0)(refusal))).unwrap_or_else(|_| refusal.html())
    }
}

impl Refusal<'_> {
    /// Our own document. Every text in it is of our own, or the operator's: nothing of the request is repeated.
    ///
    /// A page without a nonce has the browser's own style.
    pub(super) fn html(&self) -> String {
        let [lang, title, message, home, quote] = [
            self.lang,
            self.words.get(Text::RefusedTitle),
            self.message,
            self.words.get(Text::Home),
            self.words.get(Text::Reference),
        ]
        .map(escaped);
        let style = self.nonce.map(|nonce| format!("<style nonce=\"{nonce}\">{STYLE}</style>"));
        let reference = self.request_id.map(|id| format!("<p>{quote} <code>{id}</code></p>"));
        format!(
            "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>{}</head>\
             <body><main><h1>{title}</h1><p>{message}</p>{}<p><a href=\"/\">{home}</a></p></main></body></html>",
            style.unwrap_or_default(),
            reference.unwrap_or_default(),
        )
    }
}

/// A text as it stands in HTML and in its quoted attributes: words may come from the configuration.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
