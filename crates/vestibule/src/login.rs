//! Signing in, without a look of its own: what the login page knows and does, for a page that the application designs.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use vestibule_core::{ErrorCode, LoginField, LoginForm, SignInFailure, Text, wire};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use crate::context::Context;
use crate::pages::Reason;
use crate::seed::{LoginFailure, SeededCallback};
use crate::server_functions::{FormBody, ServerFailure, sign_in};
use crate::{query, side};

/// Makes the calling component the login page: whoever is signed in is sent on to the callback URL, and a failure is
/// forgotten when the page is left.
///
/// Call it once, in the component that [`login.page`](UseLogin::form) of the configuration leads to, inside the
/// `<Router>`. The parts of [`LoginForm`](crate::LoginForm) read the same state, so that a page may take as many of them
/// as it likes and draw the rest itself:
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::{LoginAlert, LoginButton, LoginFields, LoginForm, use_login};
///
/// #[component]
/// fn Welcome() -> impl IntoView {
///     let login = use_login();
///     view! {
///         <h1>{login.title()}</h1>
///         <LoginForm>
///             <LoginFields/>
///             <LoginAlert/>
///             <LoginButton>"Let me in"</LoginButton>
///         </LoginForm>
///     }
/// }
/// ```
///
/// Or it takes none, and writes the form itself. Three things make it work without JavaScript, too: it posts to `/login`,
/// it holds [`hidden`](UseLogin::hidden), and its inputs have the names of [`fields`](UseLogin::fields):
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::use_login;
///
/// #[component]
/// fn Welcome() -> impl IntoView {
///     let login = use_login();
///     let inputs = move || login.fields().get().into_iter().map(|field| {
///         let problem = login.problem(&field.name);
///         view! {
///             <label>
///                 {field.label}
///                 <input name=field.name.clone() type=field.kind.as_str() value=login.typed(&field.name)/>
///             </label>
///             <em>{move || problem.get()}</em>
///         }
///     }).collect_view();
///     view! {
///         <form method="post" action="/login" on:submit=move |event| login.submit(event)>
///             {login.hidden()}
///             <p role="alert">{move || login.alert().get()}</p>
///             {inputs}
///             <button disabled=move || login.pending().get()>"Sign in"</button>
///         </form>
///     }
/// }
/// ```
///
/// # Panics
/// Without [`provide_vestibule`](crate::provide_vestibule) above it, and outside of a `<Router>`.
#[must_use]
pub fn use_login() -> UseLogin {
    let login = UseLogin::here();
    let state = login.context.login;
    // A provider sends people back to another address than that of a form which failed.
    let is_told = || Reason::of(&login.search.get()).is_some_and(Reason::is_alarming);
    state.stays.set(untrack(|| login.context.session.signed_in() && is_told()));
    let done = login.is_done();
    side::send_on(move || done.get(), move || login.target());
    // The context outlives the page: who comes back later finds no failure of then.
    on_cleanup(move || {
        state.failure.try_set(None);
        state.callback.try_set(None);
        state.stays.try_set(false);
    });
    login
}

/// What [`use_login`] returns; it may be copied into any closure.
#[derive(Clone, Copy, Debug)]
pub struct UseLogin {
    pub(crate) context: Context,
    search: Memo<String>,
}

impl UseLogin {
    /// The same, in a part of the page.
    pub(crate) fn here() -> Self {
        Self { context: Context::get(), search: use_location().search }
    }

    /// The form, as `[login]` of the configuration describes it: title, fields, links, logo.
    #[must_use]
    pub fn form(self) -> Arc<LoginForm> {
        self.context.login.form.get_value()
    }

    /// Whether the visitor is signed in and on the way to the callback URL. Somebody who is signed in and fails to sign in
    /// as somebody else is told so, and stays who they are.
    #[must_use]
    pub fn is_done(self) -> Signal<bool> {
        let Context { session, login, .. } = self.context;
        Signal::derive(move || session.signed_in() && login.failure.with(Option::is_none) && !login.stays.get())
    }

    /// Whether the second step is asked for: the password was right, and a one-time code is to follow.
    #[must_use]
    pub fn is_second_step(self) -> Memo<bool> {
        let failure = self.context.login.failure;
        // A memo: with another failure in the same step, the form stays as it is.
        Memo::new(move |_| failure.with(|failure| failure.as_ref().is_some_and(|it| it.failure.second_step)))
    }

    /// The heading of the step that is asked for.
    #[must_use]
    pub fn title(self) -> Signal<String> {
        let (form, is_second) = (self.form(), self.is_second_step());
        Signal::derive(move || match &form.second_step {
            Some(second) if is_second.get() => second.title.clone(),
            _ => form.title.clone(),
        })
    }

    /// The fields of the step that is asked for, in order.
    #[must_use]
    pub fn fields(self) -> Signal<Vec<LoginField>> {
        let (form, is_second) = (self.form(), self.is_second_step());
        Signal::derive(move || match &form.second_step {
            Some(second) if is_second.get() => second.fields.clone(),
            _ => form.fields.clone(),
        })
    }

    /// Where the person goes after signing in: a path of this site.
    #[must_use]
    pub fn callback_url(self) -> Signal<String> {
        Signal::derive(move || self.target())
    }

    /// Whether a sign-in is under way.
    #[must_use]
    pub fn pending(self) -> ReadSignal<bool> {
        self.context.login.pending.read_only()
    }

    /// The last failure, with what was typed; `None` before the first and after a success. The first question for a code is
    /// one, too, of [`ErrorCode::SecondStep`].
    #[must_use]
    pub fn failure(self) -> ReadSignal<Option<LoginFailure>> {
        self.context.login.failure.read_only()
    }

    /// What went wrong, in words for the person, for an element with `role="alert"`.
    #[must_use]
    pub fn alert(self) -> Signal<Option<String>> {
        let failure = self.context.login.failure;
        Signal::derive(move || match failure.get() {
            Some(failure) if is_question(&failure) => None,
            Some(LoginFailure { failure, reference, .. }) => Some(match reference {
                Some(reference) => failure.message + " (" + &reference + ")",
                None => failure.message,
            }),
            None => self.reason(true),
        })
    }

    /// Why the person was sent here, where nothing went wrong: the session ended, say. For an element with
    /// `role="status"`.
    #[must_use]
    pub fn notice(self) -> Signal<Option<String>> {
        Signal::derive(move || self.reason(false))
    }

    /// What is wrong with a field, in words for the person.
    #[must_use]
    pub fn problem(self, field: &str) -> Memo<Option<String>> {
        let (failure, field) = (self.context.login.failure, field.to_owned());
        Memo::new(move |_| failure.with(|failure| failure.as_ref()?.failure.fields.get(&field).cloned()))
    }

    /// What was typed into a field before the server rendered this page; never a password.
    #[must_use]
    pub fn typed(self, field: &str) -> Option<String> {
        self.context.login.failure.with_untracked(|failure| failure.as_ref()?.typed.get(field).cloned())
    }

    /// Whether the longer session was asked for before the server rendered this page.
    #[must_use]
    pub fn remembered(self) -> bool {
        self.context.login.failure.with_untracked(|failure| failure.as_ref().is_some_and(|it| it.remember))
    }

    /// The inputs that a form needs beside its fields: the callback URL, the language, the mark of the second step.
    pub fn hidden(self) -> impl IntoView + use<> {
        let is_second = self.is_second_step();
        // Cookies may be new here: the form says itself in which language it wants to be answered.
        let lang = self.context.words.with_value(|words| {
            (!words.choices.is_empty())
                .then(|| view! { <input type="hidden" name=wire::LANG value=words.lang.clone()/> })
        });
        view! {
            {self.hidden_callback()}
            {lang}
            {move || is_second.get().then(|| view! { <input type="hidden" name=wire::SECOND_STEP value="on"/> })}
        }
    }

    /// The callback URL alone, for the form of a provider's button.
    pub(crate) fn hidden_callback(self) -> impl IntoView + use<> {
        move || self.asked().map(|asked| view! { <input type="hidden" name=wire::CALLBACK_URL value=asked/> })
    }

    /// Signs in with what the form holds, without a reload: for `on:submit`. The session then appears in the context.
    ///
    /// What cannot be read here is sent by the browser itself, as it is without JavaScript.
    pub fn submit(self, event: SubmitEvent) {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        let Some(body) = written(&form) else { return };
        event.prevent_default();
        let Context { session, login, .. } = self.context;
        if login.pending.get_untracked() {
            return;
        }
        login.pending.set(true);
        spawn_local(async move {
            match sign_in(body).await {
                Ok(signed_in) => {
                    // The page may be left by now; the person is signed in all the same.
                    let query = self.search.try_get_untracked().unwrap_or_default();
                    login.failure.set(None);
                    login.stays.set(false);
                    let asked = Some(signed_in.callback_url.clone());
                    login.callback.set(Some(SeededCallback { query, target: signed_in.callback_url, asked }));
                    side::tell(Arc::clone(&signed_in.session));
                    session.replace(signed_in.session);
                }
                Err(ServerFailure(SignInFailure { elsewhere: Some(elsewhere), .. })) => side::leave_for(&elsewhere),
                // Whoever has left the page has left the failure, too.
                Err(_) if self.search.try_get_untracked().is_none() => {}
                Err(refused) => {
                    forget_password(&form);
                    login.failure.set(Some(LoginFailure {
                        failure: refused.0,
                        typed: Default::default(),
                        remember: false,
                        reference: None,
                    }));
                }
            }
            login.pending.set(false);
        });
    }

    /// The login page once more, from the first step.
    #[must_use]
    pub fn start_again_url(self) -> Signal<String> {
        Signal::derive(move || query::to_login(&self.form().page, self.asked().as_deref(), None))
    }

    /// The login page in another language. `tag`: one of `login.languages`.
    pub(crate) fn in_language(self, tag: &str) -> String {
        query::to_login(&self.form().page, self.asked().as_deref(), Some((wire::LANG, tag)))
    }

    pub(crate) fn word(self, text: Text) -> String {
        self.context.word(text)
    }

    fn reason(self, alarming: bool) -> Option<String> {
        let reason = Reason::of(&self.search.get()).filter(|reason| reason.is_alarming() == alarming);
        reason.map(|reason| self.word(reason.text()))
    }

    /// Where the person goes after signing in. The server's word counts for the page that it was given for; for somebody
    /// who is signed in already and follows a link within the application, only a plain path of this site is taken.
    pub(crate) fn target(self) -> String {
        let search = self.search.get();
        let target = match self.seeded(&search) {
            Some(seeded) => Some(seeded.target),
            None => query::first(&search, wire::CALLBACK_URL).filter(|target| is_plain_path(target)),
        };
        target.unwrap_or_else(|| "/".to_owned())
    }

    /// What the form sends of it. Of a query that the server has not seen, the raw value is passed on: whatever comes is
    /// checked by the server when the form arrives there.
    fn asked(self) -> Option<String> {
        let search = self.search.get();
        match self.seeded(&search) {
            Some(seeded) => seeded.asked,
            None => query::first(&search, wire::CALLBACK_URL),
        }
    }

    fn seeded(self, search: &str) -> Option<SeededCallback> {
        self.context.login.callback.with(|callback| callback.clone().filter(|callback| callback.query == search))
    }
}

/// Whether nothing failed yet: the first step was taken, and the second is asked for.
pub(crate) fn is_question(failure: &LoginFailure) -> bool {
    failure.failure.code == ErrorCode::SecondStep && failure.failure.second_step
}

/// A path that every parser takes for one of this site.
fn is_plain_path(target: &str) -> bool {
    let mut bytes = target.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && target.bytes().all(|byte| byte > b' ' && byte != b'\\' && byte != 0x7f)
}

/// The form's body, as the browser itself would send it.
fn written(form: &HtmlFormElement) -> Option<FormBody> {
    let data: JsValue = FormData::new_with_form(form).ok()?.into();
    // A FormData is a sequence of pairs, which is one of the things that URLSearchParams can be made of.
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(FormBody::written(fields.to_string().into()))
}

/// Empties the password, so that the next attempt begins with a fresh one.
fn forget_password(form: &HtmlFormElement) {
    let elements = form.elements();
    for index in 0..elements.length() {
        if let Some(input) = elements.item(index).and_then(|it| it.dyn_into::<HtmlInputElement>().ok())
            && input.type_() == "password"
        {
            input.set_value("");
        }
    }
}

#[cfg(test)]
mod tests;
