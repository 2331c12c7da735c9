//! Values that stand in files of their own, as container platforms hand out secrets: a key that ends in `_file` names
//! the file, and the key without the ending gets what stands in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use toml::{Table, Value};
use zeroize::Zeroizing;

use super::report::Report;
use super::section::kind;

const SUFFIX: &str = "_file";
/// No secret is longer; a log file named by accident is.
const LONGEST: u64 = 64 * 1024;
/// `session.secrets_file` holds one secret a line and is read with its section.
const LISTS: [&str; 1] = ["session.secrets_file"];

/// Reads the files that the `_file` keys of a configuration name. Left alone are `[app]`, which is the
/// application's own, lists within a section, and bodies, whose keys are the API's.
pub(crate) fn resolve(root: &mut Table, directory: &Path, report: &mut Report) {
    for (name, value) in root.iter_mut().filter(|(name, _)| *name != "app") {
        match value {
            Value::Table(section) => resolve_below(name, section, directory, report),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if let Value::Table(table) = item {
                        resolve_below(&format!("{name}[{index}]"), table, directory, report);
                    }
                }
            }
            _ => {}
        }
    }
}

fn resolve_below(section: &str, table: &mut Table, directory: &Path, report: &mut Report) {
    let file_keys: Vec<String> = table.keys().filter(|key| key.ends_with(SUFFIX)).cloned().collect();
    for file_key in file_keys {
        let (full_key, Some(plain)) = (format!("{section}.{file_key}"), file_key.strip_suffix(SUFFIX)) else {
            continue;
        };
        if LISTS.contains(&full_key.as_str()) || plain.is_empty() {
            continue;
        }
        let Some(named) = table.remove(&file_key) else { continue };
        if table.contains_key(plain) {
            report.add(&full_key, format!("stands beside `{plain}`"), "keep one of the two");
            continue;
        }
        if let Some(text) = read(&named, &full_key, directory, report) {
            let plain_key = format!("{section}.{plain}");
            report.came_from_file(&plain_key, &full_key);
            table.insert(plain.to_owned(), Value::String(text.to_string()));
        }
    }
    for (name, value) in table.iter_mut() {
        if let (Value::Table(inner), false) = (value, name == "body") {
            resolve_below(&format!("{section}.{name}"), inner, directory, report);
        }
    }
}

/// The text of the file that `named` names, from `directory` if it is relative; line ends at its end are dropped.
pub(crate) fn read(named: &Value, key: &str, directory: &Path, report: &mut Report) -> Option<Zeroizing<String>> {
    let Value::String(path) = named else {
        report.add(key, format!("is {}, not a path", kind(named)), "write the file's path in quotation marks");
        return None;
    };
    match read_text(&directory.join(path)) {
        Ok(mut text) => {
            let kept = text.trim_end_matches(['\n', '\r']).len();
            text.truncate(kept);
            Some(text)
        }
        Err(error) => {
            let mend = "name a file that exists, with this program's user allowed to read it";
            report.add(key, format!("the file that it names cannot be read ({error})"), mend);
            None
        }
    }
}

fn read_text(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length > LONGEST) {
        return Err(io::Error::other("it is longer than 64 KiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
