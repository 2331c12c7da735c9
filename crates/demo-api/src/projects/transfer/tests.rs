use super::{read, written};
use crate::projects::Project;

fn project(name: &str, description: &str) -> Project {
    Project { id: String::new(), name: name.into(), description: description.into(), created_at: String::new() }
}

#[test]
fn what_is_written_can_be_read() {
    let file = written(&[project("Coral reefs", "Along the coast"), project("Kelp\tforests\n", "")]);
    assert_eq!(file, "Coral reefs\tAlong the coast\nKelp forests \t\n");
    let names: Vec<_> = read(&file).unwrap().into_iter().map(|it| (it.name, it.description)).collect();
    assert_eq!(names, [("Coral reefs".into(), "Along the coast".into()), ("Kelp forests".into(), String::new())]);
}

#[test]
fn a_line_that_will_not_do_is_named() {
    assert_eq!(read("\r\n\n").unwrap_err(), "There is no project in the file.");
    assert_eq!(read("a\n\n\tno name\n").unwrap_err(), "Line 3: Please give the project a name.");
}
