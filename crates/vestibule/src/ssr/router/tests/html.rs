//! A page as a browser's tokenizer takes it apart: what is a tag, what is an attribute, and what is text.

use crate::seed::Seed;

/// A tag (an end tag's name begins with `/`), and the text that follows it.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
}

impl Tag {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    pub(super) fn is(&self, name: &str, attribute: &str, value: &str) -> bool {
        self.name == name && self.attribute(attribute) == Some(value)
    }
}

/// All tags of a page, in order.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        let markup = &markup[1..];
        if let Some(tag) = tags.last_mut() {
            tag.text.push_str(&decoded(text));
        }
        rest = if let Some(comment) = markup.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, rest)| rest)
        } else if markup.starts_with(['!', '?']) {
            markup.split_once('>').map_or("", |(_, rest)| rest)
        } else if markup.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic()) {
            let (mut tag, rest) = tag(markup);
            // The content of these has no tags; of the first two, no character references either.
            let end = ["script", "style", "title", "textarea"].into_iter().find(|name| *name == tag.name);
            let content = end.and_then(|name| rest.to_ascii_lowercase().find(&format!("</{name}"))).unwrap_or(0);
            let (text, rest) = rest.split_at(content);
            tag.text = if matches!(tag.name.as_str(), "script" | "style") { text.to_owned() } else { decoded(text) };
            tags.push(tag);
            rest
        } else {
            if let Some(tag) = tags.last_mut() {
                tag.text.push('<');
            }
            markup
        };
    }
    tags
}

fn tag(markup: &str) -> (Tag, &str) {
    let blank = |letter: char| letter.is_ascii_whitespace();
    let end = markup.find(|letter| blank(letter) || letter == '>').unwrap_or(markup.len());
    let (name, mut rest) = markup.split_at(end);
    let name = name.strip_suffix('/').unwrap_or(name).to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter| blank(letter) || letter == '/');
        if let Some(rest) = rest.strip_prefix('>') {
            return (Tag { name, attributes, text: String::new() }, rest);
        }
        let Some(end) = rest.find(|letter| blank(letter) || "=>/".contains(letter)) else {
            return (Tag { name, attributes, text: String::new() }, "");
        };
        let (key, after) = rest.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(after) => match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((after, "")),
                _ => after.split_at(after.find(|letter| blank(letter) || letter == '>').unwrap_or(after.len())),
            },
        };
        attributes.push((key.to_ascii_lowercase(), decoded(value)));
        rest = after;
    }
}

/// Text without the character references that a serializer writes.
fn decoded(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'");
    plain.replace("&amp;", "&")
}

/// The page without its text: tags and names of attributes. Two pages of one form differ in their texts alone.
pub(super) fn shape(html: &str) -> Vec<String> {
    let names = |tag: &Tag| tag.attributes.iter().map(|(name, _)| format!(" {name}")).collect::<String>();
    tags(html).iter().map(|tag| format!("{}{}", tag.name, names(tag))).collect()
}

/// The value of an input of the login form, if it has one.
pub(super) fn typed(html: &str, name: &str) -> Option<String> {
    let tags = tags(html);
    let input = tags.iter().find(|tag| tag.is("input", "name", name)).unwrap_or_else(|| panic!("no input {name}"));
    input.attribute("value").map(str::to_owned)
}

/// The text of the page's only alert.
pub(super) fn alert(html: &str) -> String {
    let alerts: Vec<_> = tags(html).into_iter().filter(|tag| tag.attribute("role") == Some("alert")).collect();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    alerts[0].text.clone()
}

/// The seed, as the page's script hands it to the browser's half.
pub(super) fn seed(html: &str) -> Seed {
    let (_, written) = html.split_once("__RESOLVED_RESOURCES[0] = \"").expect("a page without a seed");
    serde_json::from_str(&unquoted(written)).unwrap()
}

/// A string literal of a script, from behind its first quote, as a browser reads it.
fn unquoted(literal: &str) -> String {
    let mut text = String::new();
    let mut letters = literal.chars();
    while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next().unwrap() {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            '0' => text.push('\0'),
            'u' => {
                assert_eq!(letters.next(), Some('{'));
                let digits: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
            }
            other => text.push(other),
        }
    }
    text
}

#[test]
fn markup_that_breaks_out_is_seen() {
    let plain = shape("<p title=\"x\">x</p>");
    for broken in ["<p title=\"\" onclick=\"x\">x</p>", "<p title=\"x\"><b>x</b></p>", "<p title=\"\"><b>\">x</p>"] {
        assert_ne!(shape(broken), plain, "{broken}");
    }
    assert_eq!(shape("<p title=\"&quot;&gt;<b>\">&lt;b> < 3</p>"), plain);
    let script = tags("<script>a<b</script><i>");
    assert_eq!((script[0].text.as_str(), script.len()), ("a<b", 3));
}
