use serde::Serialize;
use serde_json::json;

use super::encoded;
use crate::ApiError;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted<'a> {
    search: &'a str,
    page_size: u8,
    archived: bool,
    tag: Vec<&'a str>,
    after: Option<&'a str>,
}

#[test]
fn an_object_is_pairs_in_the_order_of_their_names_and_what_is_none_is_left_out() {
    let wanted =
        Wanted { search: "coral reefs & more", page_size: 10, archived: false, tag: vec!["a", "b"], after: None };
    assert_eq!(encoded(&wanted).unwrap(), "archived=false&pageSize=10&search=coral%20reefs%20%26%20more&tag=a&tag=b");
}

#[test]
fn pairs_keep_their_order_and_their_repetitions() {
    assert_eq!(encoded(&[("b", "1"), ("a", "2"), ("b", "3")]).unwrap(), "b=1&a=2&b=3");
    assert_eq!(encoded(&[("n", 1.5)]).unwrap(), "n=1.5");
}

#[test]
fn an_object_within_puts_its_names_into_brackets() {
    let filter = json!({ "filter": { "name": "ü", "owner": { "id": [1, 2] } } });
    assert_eq!(
        encoded(&filter).unwrap(),
        "filter%5Bname%5D=%C3%BC&filter%5Bowner%5D%5Bid%5D=1&filter%5Bowner%5D%5Bid%5D=2"
    );
}

#[test]
fn nothing_is_no_query() {
    assert_eq!(encoded(&()).unwrap(), "");
    assert_eq!(encoded(&json!({ "tag": [], "after": null })).unwrap(), "");
}

#[test]
fn what_has_no_names_is_refused() {
    for odd in
        [json!("text"), json!(7), json!(["a"]), json!([["a"]]), json!({ "a": [[1]] }), json!({ "a": [{ "b": 1 }] })]
    {
        assert_eq!(encoded(&odd), Err(ApiError::Unwritable), "{odd}");
    }
}
