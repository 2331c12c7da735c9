use serde_json::json;

use super::*;

/// The table as a reader sees it: markers of the framework left out.
fn html(value: &Value) -> String {
    table(value).to_html().replace("<!>", "")
}

fn rows(rows: &[(&str, &str)]) -> String {
    let rows: String =
        rows.iter().map(|(name, cell)| format!("<tr><th scope=\"row\">{name}</th><td>{cell}</td></tr>")).collect();
    format!("<table class=\"profile\"><tbody>{rows}</tbody></table>")
}

fn muted(word: &str) -> String {
    format!("<span class=\"muted\">{word}</span>")
}

#[test]
fn every_kind_of_value_has_its_row() {
    let profile = json!({ "a": "x", "b": 0, "c": false, "d": null, "e": "", "f": [], "g": {}, "h": 1.5, "i": true });
    let expected = rows(&[
        ("a", "x"),
        ("b", "0"),
        ("c", "false"),
        ("d", &muted("none")),
        ("e", &muted("empty")),
        ("f", &muted("empty list")),
        ("g", &muted("empty")),
        ("h", "1.5"),
        ("i", "true"),
    ]);
    assert_eq!(html(&profile), expected);
}

#[test]
fn lists_and_objects_nest_and_lists_count_from_one() {
    let profile = json!({ "roles": ["owner", { "of": "reef" }] });
    let roles = rows(&[("1", "owner"), ("2", &rows(&[("of", "reef")]))]);
    assert_eq!(html(&profile), rows(&[("roles", &roles)]));
}

#[test]
fn a_profile_that_holds_nothing_is_one_row() {
    assert_eq!(html(&json!("ana")), rows(&[("profile", "ana")]));
    assert_eq!(html(&json!(null)), rows(&[("profile", &muted("none"))]));
    assert_eq!(html(&json!({})), rows(&[("profile", &muted("empty"))]));
}

/// OU-03
#[test]
fn an_address_is_text_and_no_link() {
    for address in ["javascript:alert(1)", "data:image/png;base64,AAAA", "https://ana.example/"] {
        assert_eq!(html(&json!({ "website": address })), rows(&[("website", address)]));
    }
}

/// OU-01: names and values are text, whatever they look like.
#[test]
fn markup_in_names_and_values_is_escaped() {
    let html = html(&json!({ "</td><script>": "<img src=x onerror=alert(1)>" }));
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
}
