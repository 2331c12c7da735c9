//! Which answer a request gets.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::{Answer, Request};

/// An answer, or what makes one out of the request.
#[derive(Clone)]
pub(crate) enum Reply {
    Fixed(Answer),
    Made(Arc<dyn Fn(&Request) -> Answer + Send + Sync>),
}

/// Per method and path: answers to give once, in order, and the one that stands.
#[derive(Default)]
pub(crate) struct Script(HashMap<(String, String), Line>);

#[derive(Default)]
struct Line {
    once: VecDeque<Answer>,
    standing: Option<Reply>,
}

impl Script {
    pub(crate) fn once(&mut self, method: &str, path: &str, answer: Answer) {
        self.line(method, path).once.push_back(answer);
    }

    pub(crate) fn stand(&mut self, method: &str, path: &str, reply: Reply) {
        self.line(method, path).standing = Some(reply);
    }

    /// What `request` gets; `None` where nothing (or nothing more) is scripted.
    pub(crate) fn next(&mut self, request: &Request) -> Option<Reply> {
        let line = self.0.get_mut(&(request.method().to_owned(), request.path().to_owned()))?;
        line.once.pop_front().map(Reply::Fixed).or_else(|| line.standing.clone())
    }

    fn line(&mut self, method: &str, path: &str) -> &mut Line {
        self.0.entry((method.to_owned(), path.to_owned())).or_default()
    }
}
