use super::*;

#[test]
fn every_reason_of_the_wire_has_its_own_words() {
    let messages: Vec<_> =
        wire::REASONS.iter().map(|name| Reason::of(&format!("reason={name}")).unwrap().text().english()).collect();
    for (at, message) in messages.iter().enumerate() {
        assert!(!messages.iter().skip(at + 1).any(|other| other == message), "{message}");
    }
}

/// OU-01: no link can choose the words of the page.
#[test]
fn any_other_reason_is_ignored() {
    for query in ["", "reason=", "reason=Ended", "reason=<b>", "other=ended"] {
        assert_eq!(Reason::of(query), None, "{query}");
    }
}
