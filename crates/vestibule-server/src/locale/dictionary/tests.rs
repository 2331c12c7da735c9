use super::*;

#[test]
fn every_language_that_comes_along_has_every_text_and_no_other() {
    let keys = || Text::ALL.iter().map(|text| text.key()).chain(ErrorCode::ALL.iter().map(|code| code.key()));
    for (tag, texts) in &BUILT_IN[1..] {
        let read: BTreeMap<String, String> = toml::from_str(texts).unwrap();
        let missing: Vec<_> = keys().filter(|key| !read.contains_key(*key)).collect();
        let unknown: Vec<_> = read.keys().filter(|key| !keys().any(|known| known == key.as_str())).collect();
        assert_eq!((missing, unknown), (vec![], vec![]), "{tag}");
        let empty: Vec<_> = read.iter().filter(|(_, text)| text.trim().is_empty()).collect();
        assert!(empty.is_empty(), "{tag}: {empty:?}");
        assert_eq!(Dictionary::built_in(tag).0, read);
    }
}

#[test]
fn a_region_reads_the_words_of_its_language() {
    assert_eq!(Dictionary::built_in("es-MX").text(Text::SignIn), "Iniciar sesión");
    assert_eq!(Dictionary::built_in("it").text(Text::SignIn), "Sign in");
    assert_eq!(Dictionary::built_in("en").message(ErrorCode::Locked), ErrorCode::Locked.message());
}

#[test]
fn the_texts_of_the_configuration_come_first() {
    let texts = BTreeMap::from([("sign_in".to_owned(), "Entrar".to_owned())]);
    let dictionary = Dictionary::built_in("es").under(&texts);
    assert_eq!((dictionary.text(Text::SignIn), dictionary.text(Text::SignOut)), ("Entrar", "Cerrar sesión"));
}
