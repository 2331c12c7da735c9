use super::*;

#[test]
fn a_text_without_words_of_its_own_is_read_in_english() {
    let words = Words::new("es".to_owned(), |text| (text == Text::SignIn).then(|| "Entrar".to_owned()));
    assert_eq!((words.get(Text::SignIn), words.get(Text::SignOut)), ("Entrar", "Sign out"));
    assert_eq!(Words::default().get(Text::WrongCode), Text::WrongCode.english());
}

#[test]
fn a_page_in_plain_english_is_given_no_texts() {
    let words = Words::new("en".to_owned(), |text| Some(text.english().to_owned()));
    assert_eq!(words, Words::default());
    assert_eq!(serde_json::to_string(&words).unwrap(), r#"{"lang":"en"}"#);
}

#[test]
fn words_arrive_as_they_were_sent() {
    let words = Words::new("es".to_owned(), |text| (text == Text::Remember).then(|| "Recordarme".to_owned()));
    let sent = serde_json::to_string(&words).unwrap();
    let back: Words = serde_json::from_str(&sent).unwrap();
    assert_eq!((back.get(Text::Remember), &back), ("Recordarme", &words));
}

#[test]
fn every_text_has_a_place_and_a_key_of_its_own() {
    let mut keys: Vec<&str> = Text::ALL.iter().map(|text| text.key()).collect();
    keys.extend(crate::ErrorCode::ALL.iter().map(|code| code.key()));
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
    assert!(Text::ALL.iter().enumerate().all(|(place, text)| *text as usize == place));
}
