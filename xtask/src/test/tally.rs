//! Counting tests from what the runners report. A test that cannot run prints a line `skipped: WHY` and returns.

const MARK: &str = "skipped:";

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// One entry per test or service, with its reason.
    pub(super) skipped: Vec<String>,
}

impl Tally {
    /// Adds a report in JUnit's format with the output of successful tests.
    pub(super) fn add_junit(&mut self, xml: &str) {
        for case in xml.split("<testcase ").skip(1) {
            let case = case.split("</testcase>").next().unwrap_or(case);
            let tag = case.split('>').next().unwrap_or(case);
            let name = format!("{} {}", attribute(tag, "classname"), attribute(tag, "name"));
            self.add(name.trim(), !case.contains("<failure") && !case.contains("<error"), &unescaped(case));
        }
    }

    /// Adds what cargo's own runner prints with `--show-output`.
    pub(super) fn add_libtest(&mut self, text: &str) {
        for line in text.lines() {
            if let Some((name, result)) =
                line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
            {
                match result.split(',').next() {
                    Some("ok") => self.add(name, true, output_of(name, text)),
                    Some("ignored") => self.skipped.push(format!("{name}: marked as ignored")),
                    _ => self.failed += 1,
                }
            }
        }
    }

    fn add(&mut self, name: &str, passed: bool, output: &str) {
        let reason = output.lines().find_map(|line| line.split_once(MARK).map(|(_, reason)| reason.trim()));
        match (passed, reason) {
            (false, _) => self.failed += 1,
            (true, None) => self.passed += 1,
            (true, Some(reason)) => self.skipped.push(format!("{name}: {reason}")),
        }
    }
}

/// What a test printed, between its own heading and the next.
fn output_of<'a>(name: &str, text: &'a str) -> &'a str {
    let heading = format!("---- {name} stdout ----\n");
    let after = text.split_once(&heading).map_or("", |(_, after)| after);
    after.split("\n\n").next().unwrap_or(after)
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let start = format!("{name}=\"");
    let value =
        tag.split_once(&format!(" {start}")).map(|(_, rest)| rest).or_else(|| tag.strip_prefix(&start));
    value.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junit_reports() {
        let mut tally = Tally::default();
        tally.add_junit(
            r#"<testsuites><testsuite name="a" tests="3">
            <testcase name="m::one" classname="a" time="0.01"><system-out>running 1 test
skipped: no file &apos;x.csv&apos;
test m::one ... ok</system-out></testcase>
            <testcase name="m::two" classname="a" time="0.01"/>
            <testcase name="m::three" classname="a"><failure type="test failure">skipped: not counted</failure></testcase>
            </testsuite></testsuites>"#,
        );
        let skipped = vec!["a m::one: no file 'x.csv'".to_owned()];
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped });
    }

    #[test]
    fn libtest_reports() {
        let mut tally = Tally::default();
        tally.add_libtest(
            "running 4 tests\ntest one ... ok\ntest two ... ok\ntest three ... FAILED\ntest four ... ignored, slow\n\n\
             successes:\n\n---- one stdout ----\nskipped: no server\n\n---- two stdout ----\nsome words\n\n\
             successes:\n    one\n    two\n\ntest result: FAILED. 2 passed; 1 failed; 1 ignored\n",
        );
        let skipped = vec!["one: no server".to_owned(), "four: marked as ignored".to_owned()];
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped });
    }
}
