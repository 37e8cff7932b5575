//! Repository chores, run as `cargo xtask CHORE`. One file or directory per chore.

mod bench;
mod bundle;
mod ci;
mod process;
mod python;
mod services;
mod soak;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Repository chores.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measure figures by name.
    Bench(bench::Arguments),
    /// Build data/ from the two pinned packages, or verify what is committed.
    Bundle(bundle::Arguments),
    /// Run every check there is.
    Ci(ci::Arguments),
    /// Kill imports at random instants and check that nothing is lost or doubled.
    Soak(soak::Arguments),
    /// Provision what tests need and run all of them.
    Test(test::Arguments),
    /// Check the structure that the compiler does not.
    Tidy,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().chore {
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Bundle(arguments) => bundle::run(&arguments),
        Chore::Ci(arguments) => ci::run(&arguments),
        Chore::Soak(arguments) => soak::run(&arguments),
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Tidy => tidy::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
