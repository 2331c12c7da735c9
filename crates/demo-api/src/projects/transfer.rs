//! Projects as a file: one a line, name and description with a tab between (text/tab-separated-values).

use serde_json::json;

use super::{NewProject, Project};

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "text/tab-separated-values; charset=utf-8";

/// The file of these projects. What would be a column or a line of its own becomes a space.
pub(crate) fn written(projects: &[Project]) -> String {
    let cell = |text: &str| text.replace(['\t', '\r', '\n'], " ");
    projects.iter().map(|it| format!("{}\t{}\n", cell(&it.name), cell(&it.description))).collect()
}

/// The projects in a file; the error says which line will not do, and why.
pub(crate) fn read(file: &str) -> Result<Vec<NewProject>, String> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let projects: Result<Vec<_>, _> = lines
        .map(|(number, line)| {
            let (name, description) = line.split_once('\t').unwrap_or((line, ""));
            NewProject::read(&json!({ "name": name, "description": description })).map_err(|errors| {
                let words = ["name", "description"].iter().find_map(|field| errors.get(field)?.as_str());
                format!("Line {}: {}", number + 1, words.unwrap_or_default())
            })
        })
        .collect();
    match projects {
        Ok(projects) if projects.is_empty() => Err("There is no project in the file.".to_owned()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
