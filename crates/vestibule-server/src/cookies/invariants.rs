//! What holds for every `Cookie` header, and for whatever comes back of a session's chunks.
#![allow(clippy::expect_used, reason = "where something does not hold, the tests are to stop")]

use std::collections::BTreeSet;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::{CookiePolicy, Presented};
use crate::seal::Purpose;
use crate::seal::invariants::RING;

/// What browsers keep of one cookie, name and value together (CK-06).
const MOST_OF_ONE: usize = 4_096;
/// Longer than what any session's cookies hold once it is sealed.
const LONGEST_TEXT: usize = 13_000;

/// CK-03, CK-04, CK-05, CK-11: a second reader finds the same in a `Cookie` header, cookies of others change nothing, and
/// what is ours there is taken away or written over.
///
/// `data`: the header's values, one a line, since a request may have several.
pub fn cookie_header(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        headers.extend(HeaderValue::from_bytes(line).ok().map(|value| (COOKIE, value)));
    }
    for https in [true, false] {
        let policy = CookiePolicy::new("session", https);
        let read = policy.read(&headers);
        let again = second_reading(policy.name(), &headers);
        assert_eq!((&read.sealed, read.tampered, &read.names), (&again.sealed, again.tampered, &again.names));
        assert_eq!(read.any(), !again.names.is_empty());

        let mut more = headers.clone();
        more.append(COOKIE, HeaderValue::from_static("xsession=1; session.9; =; __Host-sessions=2"));
        assert!(policy.read(&more) == read, "cookies of others change what is ours");

        let named = policy.names_after(&headers);
        assert!(read.names.iter().all(|name| named.iter().any(|it| name.trim_start_matches("__Host-") == it)));
        takes_the_rest_away(&policy, &read);
    }
}

/// Another reader, by other means: all pairs, of them those that are ours, and what their numbers say.
fn second_reading(name: &str, headers: &HeaderMap) -> Presented {
    let text = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>().join(&b';');
    let parts: Vec<_> = text.split(|byte| *byte == b';').map(pair).collect();
    if let Some(Some((b"$Version", _))) = parts.first() {
        return Presented::none();
    }
    let ours = [name.to_owned(), format!("{name}.1"), format!("{name}.2"), format!("{name}.3"), format!("{name}.4")];
    let number = |name: &[u8]| ours.iter().position(|it| it.as_bytes() == name);
    let mut found: Vec<(usize, &[u8])> =
        parts.into_iter().flatten().filter_map(|(name, value)| Some((number(name)?, value))).collect();
    let names = found.iter().filter_map(|(number, _)| ours.get(*number).cloned()).collect();
    found.sort_unstable();
    let numbers: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
    let is_whole = numbers == [0];
    let is_chunked = !numbers.is_empty() && numbers.iter().copied().eq(1..=numbers.len());
    let is_twice = numbers.windows(2).any(|pair| pair.first() == pair.last());
    let sealed = (is_whole || is_chunked).then(|| found.iter().flat_map(|(_, value)| *value).copied().collect());
    Presented {
        sealed: sealed.and_then(|bytes| String::from_utf8(bytes).ok()),
        tampered: is_twice || (numbers.contains(&0) && numbers.iter().any(|number| *number > 0)),
        names,
    }
}

/// RFC 6265, section 5.4 read backwards: a name, `=`, a value, and blanks around them.
fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_ink = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let (first, last) = (text.iter().position(is_ink)?, text.iter().rposition(is_ink)?);
    let mut parts = text.get(first..=last)?.splitn(2, |byte| *byte == b'=');
    Some((parts.next()?, parts.next()?))
}

fn takes_the_rest_away(policy: &CookiePolicy, read: &Presented) {
    let there: BTreeSet<&str> = read.names.iter().map(String::as_str).chain([policy.name()]).collect();
    let cleared = set(&policy.clear(read));
    assert!(cleared.iter().all(|(_, value, is_removal)| value.is_empty() && *is_removal));
    assert_eq!(cleared.iter().map(|(name, ..)| name.as_str()).collect::<BTreeSet<_>>(), there);
    let written = set(&policy.write("anew", read, Some(60)).expect("four letters fit"));
    for (name, value, is_removal) in &written {
        assert_eq!((value.as_str(), *is_removal), if name == policy.name() { ("anew", false) } else { ("", true) });
    }
    assert_eq!(written.iter().map(|(name, ..)| name.as_str()).collect::<BTreeSet<_>>(), there);
}

/// Name and value of each `Set-Cookie` line, and whether it takes the cookie away.
fn set(lines: &[HeaderValue]) -> Vec<(String, String, bool)> {
    let line = |line: &HeaderValue| {
        let text = line.to_str().expect("names and values are ASCII");
        let (pair, attributes) = text.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        assert!(
            name.len() + value.len() <= MOST_OF_ONE && attributes.split("; ").all(|it| it.len() <= 1_024),
            "{name}"
        );
        (name.to_owned(), value.to_owned(), attributes.split("; ").any(|attribute| attribute == "Max-Age=0"))
    };
    lines.iter().map(line).collect()
}

/// CK-06, CK-08: a sealed value is split as long as four cookies hold it and joined again whole; what comes back of two
/// generations, in any order, twice, cut or mixed, opens as one of them where exactly its chunks are there, and else not.
///
/// `data`: a line with the lengths of two texts; a line of the pieces that come back, such as `a1 b2 a2-` for the first
/// chunk of one, the second of the other and the second without its last byte (`0`: a cookie that is not split); and what
/// the texts are filled with.
pub fn chunks(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let mut lines = data.splitn(3, '\n').chain([""; 3]);
    let [lengths, sent, filling] = [(); 3].map(|()| lines.next().unwrap_or_default());
    let policy = CookiePolicy::new("session", true);
    let mut lengths = lengths.split_whitespace().map(|length| length.parse().unwrap_or(0) % LONGEST_TEXT).chain([0; 2]);
    let filling = if filling.is_empty() { "text" } else { filling };
    let generations = ["a", "b"].map(|name| {
        let length = lengths.next().unwrap_or_default();
        Generation::new(&policy, name.chars().chain(filling.chars().cycle()).take(1 + length).collect())
    });

    let mut pairs = Vec::new();
    let mut of_one: [Vec<usize>; 2] = Default::default();
    let mut is_cut = false;
    for (which, number, cut) in sent.split_whitespace().filter_map(piece) {
        let Some(generation) = generations.get(which) else { continue };
        let name = if number == 0 { policy.name().to_owned() } else { format!("{}.{number}", policy.name()) };
        let Some(place) = generation.pieces.iter().position(|(it, _)| *it == name) else { continue };
        let value = generation.pieces.get(place).map_or("", |(_, value)| value);
        pairs.push(format!("{name}={}", if cut { value.get(1..).unwrap_or_default() } else { value }));
        of_one.get_mut(which).expect("one of two").push(place);
        is_cut |= cut;
    }
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::try_from(pairs.join("; ")).expect("names and Base64"));
    let read = policy.read(&headers);
    let opened = read.sealed.and_then(|sealed| RING.open(Purpose::Session, policy.name(), &sealed));

    of_one.iter_mut().for_each(|places| places.sort_unstable());
    let is_all = |which: usize| {
        let (Some(generation), Some(places)) = (generations.get(which), of_one.get(which)) else { return false };
        pairs.len() == places.len() && !places.is_empty() && places.iter().copied().eq(0..generation.pieces.len())
    };
    let expected = generations.iter().enumerate().find(|(which, _)| !is_cut && is_all(*which));
    assert_eq!(opened.map(|opened| opened.text.to_string()), expected.map(|(_, generation)| generation.text.clone()));
}

/// A generation, a number of a chunk, and whether it lost a byte.
fn piece(word: &str) -> Option<(usize, usize, bool)> {
    let whole = word.strip_suffix('-');
    let (which, number) = whole.unwrap_or(word).split_at_checked(1)?;
    Some((["a", "b"].iter().position(|it| *it == which)?, number.parse().ok()?, whole.is_some()))
}

/// A session as it was at some time.
struct Generation {
    text: String,
    /// Names and values of its cookies; none where it does not fit.
    pieces: Vec<(String, String)>,
}

impl Generation {
    fn new(policy: &CookiePolicy, text: String) -> Self {
        let sealed = RING.seal(Purpose::Session, policy.name(), &text);
        let (of_one, of_a_chunk) = (MOST_OF_ONE - policy.name().len(), MOST_OF_ONE - policy.name().len() - ".1".len());
        let cookies = if sealed.len() <= of_one { 1 } else { sealed.len().div_ceil(of_a_chunk) };
        let written = policy.write(&sealed, &Presented::none(), None);
        assert_eq!(policy.fits(&sealed).is_ok(), cookies <= 4, "{} bytes", sealed.len());
        assert_eq!(written.as_ref().map_or(5, Vec::len), cookies.min(5), "{} bytes", sealed.len());
        let pieces: Vec<_> =
            written.iter().flat_map(|lines| set(lines)).map(|(name, value, _)| (name, value)).collect();
        let joined: String = pieces.iter().map(|(_, value)| value.as_str()).collect();
        assert!(joined == sealed || cookies > 4, "the pieces are not the whole");
        Self { text, pieces }
    }
}
