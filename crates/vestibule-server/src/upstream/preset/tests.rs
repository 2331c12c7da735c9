use toml::Table;

use super::{PRESETS, Preset};
use crate::upstream::fake::form;
use crate::upstream::settings::ContractSettings;

fn over(preset: &str, configured: &str) -> Table {
    let mut table: Table = configured.parse().unwrap();
    Preset::named(preset).unwrap().put_under(&mut table);
    table
}

#[test]
fn every_preset_is_a_whole_contract_but_for_the_address() {
    for preset in PRESETS {
        let table = over(preset.name, "base_url = 'https://api.example'");
        let settings: ContractSettings = table.try_into().unwrap();
        let contract = settings.contract(&form(&["username", "password"]), true, &mut |key, text| {
            panic!("{}: {key}: {text}", preset.name);
        });
        assert!(contract.is_some(), "{}", preset.name);
        assert!(preset.text.starts_with("# "), "it says what it is for");
    }
    assert_eq!(Preset::named("nobody"), None);
}

#[test]
fn what_is_configured_goes_before_the_preset_key_by_key() {
    let table = over(
        "djoser",
        "auth = { scheme = 'Bearer' }\nsign_in = { path = '/login/', body = { '/email' = '{username}' } }\nheaders = { x = 'y' }",
    );
    assert_eq!(table["auth"]["scheme"].as_str(), Some("Bearer"));
    assert_eq!(table["sign_in"]["path"].as_str(), Some("/login/"));
    assert_eq!(table["sign_in"]["token"].as_str(), Some("/access"), "the rest is the preset's");
    assert_eq!(table["sign_in"]["body"].as_table().unwrap().len(), 1, "a body is one value");
    assert_eq!(table["headers"]["x"].as_str(), Some("y"));
    assert_eq!(over("strapi", "expiry = 7")["expiry"].as_integer(), Some(7), "and a mistake is told, not mended");
}
