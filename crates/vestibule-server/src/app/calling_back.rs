//! Asking the application, and telling it: every call of its callbacks, each in one place.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use vestibule_core::{ErrorCode, Session, User};

use super::Vestibule;
use super::owner::Owner;
use crate::callback;
use crate::callbacks::{
    Admission, After, Event, Failed, Happening, Installed, Keeping, Occasion, RecordError, Redirection, Shown,
    SignInAttempt, Way, guarded,
};
use crate::locale::Refused;
use crate::record::{Over, Record};
use crate::session::SessionHandle;
use crate::upstream::{ProfileAnswer, Tokens};

impl Vestibule {
    fn installed(&self) -> Option<&Installed> {
        self.0.callbacks.as_ref()
    }

    /// The other origins that people may be sent to after signing in or out.
    pub(crate) fn external_origins(&self) -> Vec<String> {
        self.installed().map(|installed| installed.origins.iter().collect()).unwrap_or_default()
    }

    /// Asks whether a granted sign-in becomes a session (`sign_in`).
    pub(super) async fn admission(&self, attempt: &SignInAttempt) -> Result<(), Refused> {
        let Some(Installed { callbacks, .. }) = self.installed() else { return Ok(()) };
        let denied = Refused::from(ErrorCode::Denied);
        match guarded(async { callbacks.sign_in(attempt).await }).await {
            Ok(Admission::Allow) => Ok(()),
            Ok(Admission::Refuse) => Err(denied),
            Ok(Admission::SendTo(path)) => {
                let elsewhere = callback::checked(&self.config().server.public_url, &self.login_form().page, &path);
                if elsewhere.is_none() {
                    tracing::warn!(
                        "the sign_in callback sends somebody to what is no path of this site: they are refused"
                    );
                }
                Err(Refused { elsewhere, ..denied })
            }
            Err(error) => {
                tracing::error!(%error, "the sign_in callback failed: nobody is let in");
                Err(match error {
                    Failed::Panicked => ErrorCode::Internal.into(),
                    Failed::Slow => ErrorCode::ServiceUnavailable.into(),
                })
            }
        }
    }

    /// Has the application choose what is kept of a profile (`record`). The identity stays `user`'s; the well-known
    /// members are read again; credentials are dropped, as from the API's own answer.
    pub(crate) async fn keep(
        &self,
        owner: Owner<'_>,
        occasion: Occasion,
        answer: ProfileAnswer,
        former: Option<&Value>,
        tokens: &Tokens,
    ) -> Result<ProfileAnswer, RecordError> {
        let Some(Installed { callbacks, .. }) = self.installed() else { return Ok(answer) };
        let ProfileAnswer { profile, user } = answer;
        let id = user.id.clone();
        let mut keeping = Keeping::new(occasion, profile, user, tokens.access_token.clone());
        keeping.former = former.cloned();
        match guarded(async { callbacks.record(&mut keeping).await }).await {
            Ok(outcome) => outcome?,
            Err(error) => {
                tracing::error!(%error, "the record callback failed");
                return Err(match error {
                    Failed::Panicked => RecordError::Internal,
                    Failed::Slow => RecordError::Away,
                });
            }
        }
        owner.profile_contract().reread(keeping.profile, id, tokens).ok_or_else(|| {
            tracing::error!("the record callback nests a profile deeper than can be kept");
            RecordError::Internal
        })
    }

    /// A record with new tokens, and what the application keeps of its profile then: the former one where it cannot say,
    /// or says more than fits. The tokens are never lost by it.
    pub(crate) async fn kept_at_refresh(&self, renewed: Record) -> Record {
        if self.installed().is_none() {
            return renewed;
        }
        let session = renewed.id.for_log();
        let answer = ProfileAnswer { profile: renewed.profile.clone(), user: renewed.user.clone() };
        let owner = self.owner(renewed.provided.as_ref());
        match self.keep(owner, Occasion::Refresh, answer, None, &renewed.tokens()).await {
            Ok(ProfileAnswer { profile, user }) => {
                let mut kept = renewed.clone();
                (kept.profile, kept.user) = (profile, user);
                match self.fits(&kept) {
                    Ok(()) => kept,
                    Err(error) => {
                        tracing::error!(session, %error, "what the record callback keeps does not fit; the former profile stays");
                        renewed
                    }
                }
            }
            Err(error) => {
                tracing::warn!(session, %error, "the former profile stays");
                renewed
            }
        }
    }

    /// A record with the profile as the API has it now, and what the application keeps of it; `None` where it cannot say,
    /// or says more than fits.
    pub(crate) async fn kept_at_update(&self, record: &Record, answer: ProfileAnswer) -> Option<Record> {
        let session = record.id.for_log();
        let is_ours = self.installed().is_some();
        let owner = self.owner(record.provided.as_ref());
        let answer = self.keep(owner, Occasion::Update, answer, Some(&record.profile), &record.tokens()).await;
        let ProfileAnswer { profile, user } =
            answer.inspect_err(|error| tracing::warn!(session, %error, "the former profile stays")).ok()?;
        let kept = record.with_profile(profile, user);
        if is_ours && let Err(error) = self.fits(&kept) {
            tracing::error!(session, %error, "what the record callback keeps does not fit; the former profile stays");
            return None;
        }
        Some(kept)
    }

    /// What of a session a browser may see (`session`). Whatever leaves for one has been through here.
    pub(crate) fn shown(&self, owner: Owner<'_>, session: Session) -> Session {
        let Some(Installed { callbacks, .. }) = self.installed() else { return session };
        let mut shown = Shown::new(session.profile.clone(), session.user.clone());
        callbacks.session(&mut shown);
        let user: User = owner.profile_contract().user_shown(&session.user, &session.profile, &shown.profile);
        Session { profile: shown.profile, user, ..session }
    }

    /// Where to send a person who has signed in or out: what [`Vestibule::callback`] finds, and what the application makes
    /// of it (`redirect`). A path of this site, or an absolute URL of an origin that the application declared.
    #[must_use]
    pub fn destination(&self, after: After, handle: &SessionHandle, form: Option<&str>, query: Option<&str>) -> String {
        let target = self.callback(form, query);
        let Some(Installed { callbacks, origins, .. }) = self.installed() else { return target };
        let in_query = callback::from_query(query);
        let record = handle.record().filter(|_| after == After::SignIn);
        let mut redirection = Redirection::new(after, &target);
        redirection.asked = form.or(in_query.as_deref());
        redirection.profile = record.as_ref().map(|record| &record.profile);
        // Signing in or out is done by now: a fault here must not undo it.
        let chosen = catch_unwind(AssertUnwindSafe(|| callbacks.redirect(&redirection)));
        let chosen = chosen.inspect_err(|_| tracing::error!("the redirect callback panicked; it was ignored")).ok();
        chosen
            .and_then(|chosen| chosen.checked(&self.config().server.public_url, &self.login_form().page, origins))
            .unwrap_or(target)
    }

    /// The callback URL for a form to send when it is submitted: the target that [`Vestibule::callback`] finds; where the
    /// application decides (`redirect`), what the request asked for in its own words, which may be nothing. It is not a
    /// place to send anybody to.
    #[must_use]
    pub fn asked(&self, form: Option<&str>, query: Option<&str>) -> Option<String> {
        let Some(_) = self.installed() else { return Some(self.callback(form, query)) };
        let asked = form.map(str::to_owned).or_else(|| callback::from_query(query))?;
        // A longer one is refused when it comes back: it need not travel.
        Some(if asked.len() > callback::MOST_BYTES { self.callback(Some(&asked), None) } else { asked })
    }

    /// Tells the application what happened to a session.
    pub(crate) fn tell(&self, record: &Record, happening: Happening, address: Option<IpAddr>) {
        self.metrics().happened(happening);
        if let Some(installed) = self.installed() {
            installed.audit.tell(Event::of(record, happening, self.clock().now(), address));
        }
    }

    /// Tells the application of a sign-in that did not succeed.
    pub(super) fn tell_refused(&self, refused: &Refused, way: Way, user: Option<&Value>, address: Option<IpAddr>) {
        let code = refused.code;
        // The question for a second step is no refusal.
        if code == ErrorCode::SecondStep {
            return;
        }
        self.metrics().happened(Happening::Refused { code });
        if let Some(installed) = self.installed() {
            let mut event = Event::new(Happening::Refused { code }, self.clock().now());
            event.user = user.cloned();
            event.account.clone_from(&refused.account);
            event.way = Some(way);
            event.address = address;
            installed.audit.tell(event);
        }
    }

    /// Tells the application that a session is over, once.
    pub(crate) fn tell_end(&self, record: &Record, why: Over, address: Option<IpAddr>) {
        if self.0.ends.is_news(&record.id, why) {
            self.tell(record, Happening::Ended { why }, address);
        }
    }

    /// Tells the application that somebody signed out; the end of that session is none beside it.
    pub(super) fn tell_sign_out(&self, record: &Record, everywhere: bool, address: Option<IpAddr>) {
        if self.0.ends.is_news(&record.id, Over::SignedOut) {
            self.tell(record, Happening::SignedOut { everywhere }, address);
        }
    }

    /// Waits until the application was told of everything that happened so far: what a stopping server owes it.
    pub(crate) async fn told(&self) {
        if let Some(installed) = self.installed() {
            installed.audit.settled().await;
        }
    }
}

#[cfg(test)]
mod tests;
