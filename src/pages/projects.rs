//! The projects: data of the API, read on the server with the session's token, and written, sent and saved from the browser.

mod add_project;
mod project;
mod search_projects;
mod transfer_projects;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use serde::Serialize;
use serde_json::Value;
use vestibule::{Api, ApiError, RequireSession, at_once, use_api};

use self::add_project::AddProject;
use self::project::Project;
use self::search_projects::SearchProjects;
use self::transfer_projects::TransferProjects;
use crate::components::{ErrorNote, Fault};

/// Where the API keeps the projects.
const PROJECTS: &str = "/api/v1/projects";

/// What came of loading: the projects, or `None` from an API that has none.
type Loaded = Result<Option<Vec<Project>>, Fault>;

/// `/projects`
#[component]
pub(crate) fn Projects() -> impl IntoView {
    at_once(view! {
        <Title text="Projects"/>
        <RequireSession>
            <ProjectsOfUser/>
        </RequireSession>
    })
}

/// The list and the form. It is set up only for who is signed in, so the API is not asked for anybody else.
#[component]
fn ProjectsOfUser() -> impl IntoView {
    let api = use_api();
    let search = RwSignal::new(None);
    let projects = {
        let api = api.clone();
        Resource::new_blocking(|| (), move |()| load(api.clone(), search.get_untracked()))
    };
    let list = move || {
        Suspend::new(async move {
            match projects.await {
                Ok(Some(projects)) => EitherOf3::A(view! { <List projects/> }),
                Ok(None) => EitherOf3::B(view! { <p class="empty">"This API keeps no projects."</p> }),
                Err(fault) => {
                    vestibule::set_status(503);
                    EitherOf3::C(view! { <ErrorNote fault/> })
                }
            }
        })
    };
    let added = move || projects.refetch();
    let wanted = move |text| {
        search.set(Some(text));
        projects.refetch();
    };
    view! {
        <h1>"Your projects"</h1>
        <SearchProjects wanted/>
        <Transition fallback=|| view! { <p class="muted">"Loading…"</p> }>{list}</Transition>
        <>
            <AddProject api=api.clone() added/>
            <TransferProjects api added/>
        </>
    }
}

async fn load(api: Api, search: Option<String>) -> Loaded {
    match api.get::<Value>(PROJECTS).query(&Wanted { search }).await {
        Ok(answer) => Ok(Some(Project::all(&answer))),
        Err(ApiError::Status { status: 404, .. }) => Ok(None),
        Err(error) => Err(Fault::of(&error)),
    }
}

/// What is asked of the API.
#[derive(Serialize)]
struct Wanted {
    search: Option<String>,
}

#[component]
fn List(
    /// What to list.
    projects: Vec<Project>,
) -> impl IntoView {
    if projects.is_empty() {
        return Either::Left(view! { <p class="empty">"There are no projects yet."</p> });
    }
    let items = projects.into_iter().map(|project| {
        let description = project.description.map(|description| view! { <p>{description}</p> });
        view! {
            <li>
                <strong>{project.name}</strong>
                {description}
            </li>
        }
    });
    Either::Right(view! { <ul class="projects">{items.collect_view()}</ul> })
}
