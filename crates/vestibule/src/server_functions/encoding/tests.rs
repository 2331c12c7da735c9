use super::*;

#[test]
fn the_fields_stand_flat_and_escaped() {
    let form = FormBody::new([("username", "ana@example.com"), ("password", "a&b=c +ü"), ("callbackUrl", "/x?y=1")]);
    assert_eq!(form.text(), "username=ana%40example.com&password=a%26b%3Dc%20%2B%C3%BC&callbackUrl=%2Fx%3Fy%3D1");
}

/// LG-01: the arguments of a server function are never printed.
#[test]
fn the_password_is_not_in_the_debug_form() {
    let arguments = SignIn { form: FormBody::new([("password", "canary")]) };
    assert!(!format!("{arguments:?}").contains("canary"));
}
