//! Secrets stay out of what is printed, logged or answered: a URL may carry a password.

use std::borrow::Cow;

/// What stands where a secret was.
pub(crate) const HIDDEN: &str = "***";

/// The text without what stands between `://` and `@` of any URL in it. It looks to the end of the line, because a password
/// that was pasted as it is may hold anything: better to hide a word too many.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_inclusive('\n').map(redact_line).collect())
}

fn redact_line(line: &str) -> String {
    let mut rest = line;
    let mut shown = String::with_capacity(line.len());
    while let Some(start) = rest.find("://").map(|i| i + 3) {
        let (before, after) = rest.split_at(start);
        // The next URL of the line has secrets of its own.
        let url = after.find("://").map_or(after, |next| &after[..next]);
        shown.push_str(before);
        rest = after;
        if let Some(at) = url.rfind('@') {
            shown.push_str(HIDDEN);
            rest = &after[at..];
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_host_is_hidden() {
        for (text, shown) in [
            ("redis://:secret@cache:6379/0", "redis://***@cache:6379/0"),
            ("rediss://user:p@ss/w0rd@cache/1", "rediss://***@cache/1"),
            ("url = \"redis://:it is secret@cache\"\n  ^ here", "url = \"redis://***@cache\"\n  ^ here"),
            ("postgres://a:b@one/x and redis://:c@two/y", "postgres://***@one/x and redis://***@two/y"),
            ("http://127.0.0.1:8000/ answers", "http://127.0.0.1:8000/ answers"),
            ("write to a@b", "write to a@b"),
            ("", ""),
        ] {
            assert_eq!(redact(text), shown);
        }
    }
}
