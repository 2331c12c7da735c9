//! The probe: the configured contract, tried against the living API step by step, for an operator's first day.

use std::fmt;

use vestibule_core::User;

use super::error::{Away, ProfileCallError, RefreshError, SignInError};
use super::{Credentials, SignedIn, Tokens, Upstream};

/// What one step found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The step: a table of the contract, or what it is about.
    pub step: String,
    /// What was found.
    pub verdict: Verdict,
}

/// Whether a step is well. No text in it holds a password, a token or a value of the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Good(String),
    /// It works, and somebody may want it otherwise.
    Odd {
        /// What was found.
        what: String,
        /// The key to look at.
        key: String,
    },
    /// It does not work; what follows is not tried.
    Bad {
        /// What was found.
        what: String,
        /// The key to mend.
        key: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Good(what) => write!(f, "ok    {}: {what}", self.step),
            Verdict::Odd { what, key } => write!(f, "note  {}: {what} — see {key}", self.step),
            Verdict::Bad { what, key } => write!(f, "FAIL  {}: {what} — mend {key}", self.step),
        }
    }
}

impl Finding {
    /// Whether it does not work.
    #[must_use]
    pub const fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Bad { .. })
    }
}

const SIGN_IN: &str = "upstream.sign_in";
const PROFILE: &str = "upstream.profile";
const EXPIRY: &str = "upstream.expiry";
const VERIFY: &str = "upstream.token.verify";
const REFRESH: &str = "upstream.refresh";
const SIGN_OUT: &str = "upstream.sign_out";

/// Signs in, looks at the profile and the token's life, renews, reads the profile with the new token, signs out, and tries a
/// wrong password once; each as far as the contract has it. `tell` hears of every step as it is done.
///
/// It says whether every step is well. The API sees a real sign-in and, at the end, a failed one.
pub async fn probe(
    upstream: &Upstream,
    right: &Credentials,
    wrong: &Credentials,
    tell: &mut (dyn FnMut(Finding) + Send),
) -> bool {
    let signed_in = match upstream.sign_in(right).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tell(refused(&error));
            return false;
        }
    };
    tell(good(
        SIGN_IN,
        if signed_in.refresh_token.is_some() { "an access token and a refresh token" } else { "an access token" },
    ));
    if signed_in.claims.is_some() {
        tell(good(VERIFY, "the token verifies"));
    }
    tell(attributes(&signed_in.user));
    tell(life(upstream, &signed_in));
    let tokens = match renewed(upstream, &signed_in, tell).await {
        Ok(tokens) => tokens,
        Err(finding) => {
            tell(finding);
            return false;
        }
    };
    if let Some(finding) = signed_out(upstream, &tokens).await {
        tell(finding);
    }
    let last = wrong_password(upstream, wrong).await;
    let is_well = !last.is_bad();
    tell(last);
    is_well
}

pub(crate) fn good(step: impl Into<String>, what: impl Into<String>) -> Finding {
    Finding { step: step.into(), verdict: Verdict::Good(what.into()) }
}

pub(crate) fn odd(step: impl Into<String>, what: impl Into<String>, key: impl Into<String>) -> Finding {
    Finding { step: step.into(), verdict: Verdict::Odd { what: what.into(), key: key.into() } }
}

pub(crate) fn bad(step: impl Into<String>, what: impl Into<String>, key: impl Into<String>) -> Finding {
    Finding { step: step.into(), verdict: Verdict::Bad { what: what.into(), key: key.into() } }
}

fn refused(error: &SignInError) -> Finding {
    let (step, key) = match error {
        SignInError::BadCredentials { .. } => {
            (SIGN_IN, "the user name or password; or upstream.sign_in.bad_credentials, where that matches too much".into())
        }
        SignInError::Locked { .. } => (SIGN_IN, "upstream.sign_in.locked, if the account is not locked".into()),
        SignInError::SecondStep { .. } => (SIGN_IN, "upstream.sign_in.mfa, or probe with a user who has no second step".into()),
        SignInError::InvalidFields { .. } => (SIGN_IN, "upstream.sign_in.body".into()),
        SignInError::TooManyAttempts { .. } => (SIGN_IN, "nothing; wait".into()),
        SignInError::Configuration { .. } => (
            SIGN_IN,
            "path, method, encoding or body of upstream.sign_in; or bad_credentials, if that status means a wrong password"
                .into(),
        ),
        SignInError::ServiceUnavailable { call: call @ super::Call::Keys, .. } => (named(*call), call.to_string()),
        SignInError::ServiceUnavailable { call, cause } => (named(*call), key_of_away(*cause).into()),
        SignInError::ServiceTimeout { call } => (named(*call), "upstream.timeout, or upstream.base_url".into()),
        SignInError::UnexpectedAnswer { call, oddity } => (named(*call), oddity.key(*call)),
    };
    bad(step, error.to_string(), key)
}

const fn named(call: super::Call) -> &'static str {
    match call {
        // The others are made for nobody here: a probe has no provider.
        super::Call::SignIn | super::Call::Provider | super::Call::Exchange => SIGN_IN,
        super::Call::Profile => PROFILE,
        super::Call::Refresh => REFRESH,
        super::Call::Keys => VERIFY,
    }
}

fn key_of_refresh(error: &RefreshError) -> String {
    match error {
        RefreshError::Refused { .. } => "upstream.refresh.body, auth or path".to_owned(),
        RefreshError::Away(cause) => key_of_away(*cause).to_owned(),
        RefreshError::Unexpected(oddity) => oddity.key(super::Call::Refresh),
        RefreshError::Unusable { why, .. } => key_of_refresh(why),
        RefreshError::Timeout => "upstream.timeout".to_owned(),
        RefreshError::NoKeys(_) => super::Call::Keys.to_string(),
        RefreshError::TooManyAttempts { .. } | RefreshError::Lost(_) | RefreshError::NotConfigured => {
            "nothing here; look into the API's own log".to_owned()
        }
    }
}

const fn key_of_away(cause: Away) -> &'static str {
    match cause {
        Away::Transport(_) => "upstream.base_url",
        Away::Misfit => "upstream.token.verify.jwks_url, or its algorithms",
        Away::Status(_) => "nothing here; look into the API's own log",
    }
}

fn attributes(user: &User) -> Finding {
    let named = [
        ("id", user.id.is_some()),
        ("name", user.name.is_some()),
        ("email", user.email.is_some()),
        ("image", user.image.is_some()),
    ];
    let list = |present: bool| {
        let names: Vec<_> = named.iter().filter(|(_, is_there)| *is_there == present).map(|(name, _)| *name).collect();
        names.join(", ")
    };
    if user.id.is_none() {
        return odd(PROFILE, "nothing tells who it is: nobody can be signed out everywhere", "upstream.profile.id");
    }
    if user.name.is_none() && user.email.is_none() {
        let what = format!("found {}, and neither a name nor an e-mail address", list(true));
        return odd(PROFILE, what, "upstream.profile.attributes");
    }
    let missing = list(false);
    good(
        PROFILE,
        if missing.is_empty() {
            format!("found {}", list(true))
        } else {
            format!("found {}; without {missing}", list(true))
        },
    )
}

fn life(upstream: &Upstream, signed_in: &SignedIn) -> Finding {
    let now = upstream.clock().now();
    match signed_in.expires {
        Some(expires) => good(EXPIRY, format!("the token lives for {} s", expires.since(now))),
        None => odd(EXPIRY, "the token does not say how long it lives: session.absolute holds", EXPIRY),
    }
}

/// Renews the token where the contract can, and reads the profile with what came; the tokens to sign out with.
async fn renewed(
    upstream: &Upstream,
    signed_in: &SignedIn,
    tell: &mut (dyn FnMut(Finding) + Send),
) -> Result<Tokens, Finding> {
    let mut tokens = Tokens {
        access_token: signed_in.access_token.clone(),
        refresh_token: signed_in.refresh_token.clone(),
        user_id: signed_in.user_id.clone().or_else(|| signed_in.user.id.clone()),
    };
    if upstream.contract().refresh().is_none() {
        let what = "not configured: a session ends with its token";
        tell(odd(REFRESH, what, "[upstream.refresh], if the API can renew"));
        return Ok(tokens);
    }
    if !upstream.can_refresh(tokens.refresh_token.is_some()) {
        let what = "the sign-in gave no refresh token, and the refresh needs one";
        return Err(bad(REFRESH, what, "upstream.sign_in.refresh_token"));
    }
    let refreshed = upstream.refresh(&tokens).await;
    let refreshed = refreshed.map_err(|error| bad(REFRESH, error.to_string(), key_of_refresh(&error)))?;
    let rotates = refreshed.refresh_token.is_some() && refreshed.refresh_token != tokens.refresh_token;
    let same = refreshed.access_token == tokens.access_token;
    tokens.access_token = refreshed.access_token;
    tokens.refresh_token = refreshed.refresh_token.or(tokens.refresh_token);
    tell(good(
        REFRESH,
        match (same, rotates) {
            (true, _) => "the same access token again",
            (false, true) => "a new access token and a new refresh token",
            (false, false) => "a new access token; the refresh token stays",
        },
    ));
    match upstream.profile(&tokens, signed_in.subject.as_deref()).await {
        Ok(answer) if answer.user.id == signed_in.user.id => {
            tell(good(PROFILE, "the new token opens the same profile"));
            Ok(tokens)
        }
        Ok(_) => Err(bad(REFRESH, "the new token opens somebody else's profile", "upstream.refresh.token")),
        Err(error) => {
            Err(bad(REFRESH, format!("the new token does not open the profile: {error}"), key_of_profile(&error)))
        }
    }
}

fn key_of_profile(error: &ProfileCallError) -> String {
    match error {
        ProfileCallError::Unauthorized { .. } => "upstream.refresh.token".to_owned(),
        ProfileCallError::Away(cause) => key_of_away(*cause).to_owned(),
        ProfileCallError::Timeout => "upstream.timeout".to_owned(),
        ProfileCallError::Unexpected(oddity) => oddity.key(super::Call::Profile),
    }
}

async fn signed_out(upstream: &Upstream, tokens: &Tokens) -> Option<Finding> {
    if upstream.contract().sign_out().is_none() {
        let what = "not configured: the API does not hear of a sign-out, and its token lives on";
        return Some(odd(SIGN_OUT, what, "[upstream.sign_out], if the API can be told"));
    }
    Some(match upstream.sign_out(tokens).await {
        Ok(()) => good(SIGN_OUT, "the API was told"),
        // The session here is over all the same.
        Err(error) => odd(SIGN_OUT, error.to_string(), SIGN_OUT),
    })
}

async fn wrong_password(upstream: &Upstream, wrong: &Credentials) -> Finding {
    match upstream.sign_in(wrong).await {
        Ok(_) => bad(SIGN_IN, "a wrong password signs in", "upstream.sign_in.success, or the API"),
        Err(SignInError::BadCredentials { .. }) => good(SIGN_IN, "a wrong password is told as one"),
        Err(SignInError::Configuration { status }) => bad(
            SIGN_IN,
            format!("a wrong password is answered by {status}, which no rule matches"),
            format!("upstream.sign_in.bad_credentials = [{{ status = {status} }}]"),
        ),
        Err(SignInError::InvalidFields { .. }) => bad(
            SIGN_IN,
            "a wrong password is taken for a field that needs another value",
            "upstream.sign_in.bad_credentials",
        ),
        Err(error) => odd(SIGN_IN, format!("a wrong password: {error}"), "upstream.sign_in.bad_credentials"),
    }
}

#[cfg(test)]
mod tests;
