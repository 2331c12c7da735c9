use super::Multipart;
use crate::api::{ApiBody, BodyKind};

fn sent(form: Multipart) -> (String, String) {
    match ApiBody::from(form).0 {
        BodyKind::Whole { content_type, bytes } => {
            (content_type.into_owned(), String::from_utf8(bytes.to_vec()).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

/// RFC 7578, section 4.
#[test]
fn parts_stand_between_boundaries() {
    let (content_type, body) = sent(Multipart::new().text("kind", "csv").file("file", "a.csv", "text/csv", "1;2"));
    assert_eq!(content_type, "multipart/form-data; boundary=----vestibule-7d1e5c0b9a3f4268");
    assert_eq!(
        body,
        "------vestibule-7d1e5c0b9a3f4268\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ncsv\r\n\
         ------vestibule-7d1e5c0b9a3f4268\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n1;2\r\n------vestibule-7d1e5c0b9a3f4268--\r\n"
    );
}

#[test]
fn no_part_ends_early() {
    let hostile = "x\r\n------vestibule-7d1e5c0b9a3f4268--\r\n";
    let (content_type, body) = sent(Multipart::new().text("a", hostile));
    let boundary = content_type.split("boundary=").nth(1).unwrap();
    assert!(!hostile.contains(boundary));
    assert_eq!(body.matches(boundary).count(), 2, "{body}");
}

#[test]
fn no_name_adds_a_header() {
    let form = Multipart::new().file("a\"; x=\"", "b\r\nSet-Cookie: c", "text/plain\r\nX: 1", "");
    let (_, body) = sent(form);
    assert!(body.contains("name=\"a%22; x=%22\"; filename=\"b%0D%0ASet-Cookie: c\"\r\n"), "{body}");
    assert!(body.contains("Content-Type: text/plain  X: 1\r\n\r\n"), "{body}");
}
