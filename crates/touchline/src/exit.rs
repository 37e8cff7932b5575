//! Exit codes that mean something: 0 ok, 1 failed, 2 usage, 3 gate blocked, 130 stopped by Ctrl-C, 143 by SIGTERM.

use std::process::ExitCode;

use crate::{redact::redact, signal::Signal};

/// The command was written wrongly, or asks for what does not exist.
pub(crate) const USAGE: u8 = 2;
const FAILED: u8 = 1;
const GATE: u8 = 3;

/// Says that a signal ended the work and returns its code.
pub(crate) fn stopped(signal: Signal) -> i32 {
    eprintln!("error: {}", Stop::Asked(signal));
    signal.exit_code().into()
}

/// A failure that decides the exit code. Everything else exits with 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// The request makes no sense here.
    #[error("{0}")]
    Usage(String),
    /// A check with action `block` failed.
    #[error("{0}")]
    Gate(String),
    /// By a signal; what was committed stays, the rest was never begun.
    #[error("stopped; what was finished is stored, run the same command to go on")]
    Asked(Signal),
}

/// Prints an error where people or programs look for it and returns its code.
pub(crate) fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    let code = match error.downcast_ref::<Stop>() {
        Some(Stop::Usage(_)) => USAGE,
        Some(Stop::Gate(_)) => GATE,
        Some(Stop::Asked(signal)) => signal.exit_code(),
        None => FAILED,
    };
    let shown = |error: &dyn std::fmt::Display| redact(&error.to_string()).into_owned();
    let said = shown(error);
    let causes: Vec<String> = error.chain().skip(1).map(|cause| shown(&cause)).collect();
    if json {
        eprintln!("{}", serde_json::json!({ "error": said, "causes": causes, "exit_code": code }));
    } else {
        eprintln!("error: {said}");
        for cause in causes {
            eprintln!("  because: {cause}");
        }
    }
    code.into()
}

/// A reader such as `head` that has seen enough is no failure; everything else panics as it would.
pub(crate) fn end_quietly_on_a_closed_pipe() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if text.starts_with("failed printing to stdout") && text.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}
