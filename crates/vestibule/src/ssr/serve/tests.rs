use super::{ServeError, Wish};

fn wish(arguments: &[&str]) -> Result<Wish, String> {
    let outcome = Wish::of(arguments.iter().map(|argument| (*argument).to_owned()));
    outcome.map_err(|error| match error {
        ServeError::Argument(argument) => argument,
        other => panic!("{other}"),
    })
}

/// A server that starts although something else was asked of it is a surprise.
#[test]
fn what_is_no_argument_starts_nothing() {
    assert_eq!(wish(&[]), Ok(Wish::Serve));
    assert_eq!(wish(&["--check"]), Ok(Wish::Check));
    assert_eq!(wish(&["secret"]), Ok(Wish::Secret));
    for wrong in [&["probe", "--user", "ana"][..], &["--chekc"], &[""]] {
        assert_eq!(wish(wrong), Err(wrong[0].to_owned()));
    }
    assert_eq!(wish(&["--check", "secret"]), Err("secret".to_owned()));
}
