//! The login page: two halves, one of them for the sea.

use leptos::prelude::*;
use leptos_meta::Title;
use vestibule::{LoginField, UseLogin, use_login};

/// `/welcome`
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let login = use_login();
    let (title, alert, notice, pending) = (login.title(), login.alert(), login.notice(), login.pending());
    let (fields, is_second, start_again) = (login.fields(), login.is_second_step(), login.start_again_url());
    let form = login.form();
    let (remember, providers, links) = (form.remember, form.providers.clone(), form.links.clone());
    let callback = login.callback_url();
    view! {
        <Title text="Welcome"/>
        <main class="welcome">
            <div class="sea" aria-hidden="true"></div>
            <section class="desk">
                <p class="house">"The Harbour Office"</p>
                <h1>{move || title.get()}</h1>
                <p class="notice" role="status">{move || notice.get()}</p>
                <form method="post" action="/login" on:submit=move |event| login.submit(event)>
                    {login.hidden()}
                    {move || fields.get().into_iter().map(|field| view! { <Line login field/> }).collect_view()}
                    <Show when=move || remember && !is_second.get()>
                        <label class="stay">
                            <input type="checkbox" name="remember" value="on" checked=login.remembered()/>
                            "I work here every day"
                        </label>
                    </Show>
                    <p class="alert" role="alert">{move || alert.get()}</p>
                    <button disabled=move || pending.get()>{move || if pending.get() { "One moment" } else { "Let me in" }}</button>
                    <Show when=move || is_second.get()>
                        <a href=start_again.get() rel="external">"I am somebody else"</a>
                    </Show>
                </form>
                <ul class="others">
                    {providers.iter().map(|provider| view! {
                        <li>
                            <form method="post" action=format!("/auth/sign-in/{}", provider.id)>
                                <input type="hidden" name="callbackUrl" value=move || callback.get()/>
                                <button>"With " {provider.name.clone()}</button>
                            </form>
                        </li>
                    }).collect_view()}
                    {links.iter().map(|link| view! { <li><a href=link.href.clone() rel="external">{link.label.clone()}</a></li> }).collect_view()}
                </ul>
            </section>
        </main>
    }
}

/// A field: a line to write on, its label below.
#[component]
fn Line(
    /// The page's state.
    login: UseLogin,
    /// What is asked.
    field: LoginField,
) -> impl IntoView {
    let problem = login.problem(&field.name);
    let problem_id = format!("{}-problem", field.name);
    let described_by = problem_id.clone();
    view! {
        <div class="line">
            <input
                id=field.name.clone()
                name=field.name.clone()
                type=field.kind.as_str()
                value=login.typed(&field.name)
                placeholder=field.placeholder
                autocomplete=field.autocomplete
                required=field.required
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=described_by
            />
            <label for=field.name>{field.label}</label>
            <p class="problem" id=problem_id>{move || problem.get()}</p>
        </div>
    }
}
