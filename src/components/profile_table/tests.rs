use serde_json::json;

use super::*;

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn row(name: &str, cell: Cell) -> Row {
    Row { name: name.to_owned(), cell }
}

#[test]
fn every_kind_of_value_has_its_row() {
    let profile = json!({ "a": "x", "b": 0, "c": false, "d": null, "e": "", "f": [], "g": {}, "h": 1.5 });
    let expected = [
        row("a", text("x")),
        row("b", text("0")),
        row("c", text("false")),
        row("d", Cell::Nothing("none")),
        row("e", Cell::Nothing("empty")),
        row("f", Cell::Nothing("empty list")),
        row("g", Cell::Nothing("empty")),
        row("h", text("1.5")),
    ];
    assert_eq!(Cell::of(&profile), Cell::Rows(expected.into()));
}

#[test]
fn lists_and_objects_nest_and_lists_count_from_one() {
    let profile = json!({ "roles": ["owner", { "of": "reef" }] });
    let roles = Cell::Rows(vec![row("1", text("owner")), row("2", Cell::Rows(vec![row("of", text("reef"))]))]);
    assert_eq!(Cell::of(&profile), Cell::Rows(vec![row("roles", roles)]));
}

/// OU-01: names and values are text, whatever they look like.
#[test]
fn markup_in_names_and_values_is_escaped() {
    let Cell::Rows(rows) = Cell::of(&json!({ "</td><script>": "<img src=x onerror=alert(1)>" })) else {
        panic!("rows")
    };
    let html = table(rows).to_html();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
}
