use super::joined;
use crate::store::{Failure, Landing, Standing};

fn failed(failures: u32, lost: u32, again_at: i64) -> Standing {
    let failure = Failure { failures, lost, again_at };
    Standing { landing: Some(Landing::Failed(failure)), ..Standing::default() }
}

fn landed(sealed: &str) -> Standing {
    Standing { landing: Some(Landing::Renewed(sealed.to_owned())), ..Standing::default() }
}

/// SE-07, SE-10
#[test]
fn what_ended_or_was_spent_on_either_side_is() {
    for (shared, own) in [(true, false), (false, true)] {
        let ended = |ended| Standing { ended, ..Standing::default() };
        let spent = |superseded| Standing { superseded, ..Standing::default() };
        assert!(joined(ended(shared), ended(own)).ended && !joined(ended(false), ended(false)).ended);
        assert!(joined(spent(shared), spent(own)).superseded && !joined(spent(false), spent(false)).superseded);
    }
}

/// TK-07: tokens that came somewhere did come, and what all instances know goes before what one knows.
#[test]
fn new_tokens_go_before_a_failure_and_the_stores_before_this_processes() {
    for (shared, own, known) in [
        (landed("shared"), landed("own"), landed("shared")),
        (landed("shared"), failed(1, 0, 5), landed("shared")),
        (failed(1, 0, 5), landed("own"), landed("own")),
        (Standing::default(), landed("own"), landed("own")),
        (Standing::default(), failed(1, 0, 5), failed(1, 0, 5)),
    ] {
        assert_eq!(joined(shared, own), known);
    }
}

/// SE-10: another instance delivered it, and the grace is over.
#[test]
fn what_the_store_let_go_of_is_not_kept_here() {
    let spent = Standing { superseded: true, ..Standing::default() };
    assert_eq!(joined(spent.clone(), landed("own")), spent);
    let both = Standing { superseded: true, ..landed("shared") };
    assert_eq!(joined(both.clone(), landed("own")), both);
}

/// Fault 24: two answers were lost, each where nobody else knows of it; the token is not sent a third time.
#[test]
fn lost_answers_are_added_up() {
    assert_eq!(joined(failed(3, 1, 7), failed(1, 1, 9)), failed(3, 2, 9));
}
