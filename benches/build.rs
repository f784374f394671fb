//! Notes which compiler and which commit the program is made from, so that its reports can say so.

use std::process::Command;

fn main() {
    for changed in ["src", "Cargo.toml", "../hel/src", "../.git/HEAD", "../.git/logs/HEAD"] {
        println!("cargo:rerun-if-changed={changed}");
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    note("DUEL_RUSTC", says(&rustc, &["--version"]));
    note("DUEL_COMMIT", says("git", &["describe", "--always", "--dirty=, changed", "--exclude=*"]));
}

fn note(name: &str, value: Option<String>) {
    println!("cargo:rustc-env={name}={}", value.as_deref().unwrap_or("unknown"));
}

fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
