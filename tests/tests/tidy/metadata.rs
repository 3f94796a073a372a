//! What cargo knows about the workspace: packages, what they declare, and what that resolves to.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use super::tree;

/// A package of this workspace.
pub(crate) struct Member<'a> {
    pub(crate) name: &'a str,
    /// From the root, with `/`.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Declared<'a>>,
}

/// One line of a `Cargo.toml`.
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a str,
    /// `dev`, `build`, or nothing for a normal one.
    pub(crate) kind: Option<&'a str>,
    pub(crate) optional: bool,
    /// Whether it comes from a registry.
    pub(crate) third_party: bool,
    /// Whether it names a path and no version, so that a published package forgets it.
    pub(crate) path_only: bool,
}

/// The answer of `cargo metadata` for this machine's platform.
pub(crate) fn workspace() -> &'static Value {
    static WORKSPACE: OnceLock<Value> = OnceLock::new();
    WORKSPACE.get_or_init(|| {
        let version = cargo(&["-vV"]);
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let mut arguments = vec!["metadata", "--format-version=1", "--locked", "--offline"];
        arguments.extend(["--filter-platform", host.expect("cargo names its host")]);
        let mut answer = cargo(&arguments);
        if !answer.status.success() {
            // A package that nothing has been built from yet may not be on this machine.
            arguments.retain(|argument| *argument != "--offline");
            answer = cargo(&arguments);
        }
        let complaint = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "cargo metadata failed: {complaint}");
        serde_json::from_slice(&answer.stdout).expect("cargo metadata is JSON")
    })
}

fn cargo(arguments: &[&str]) -> Output {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(tree::root()).output();
    output.expect("cargo runs, since it built this test")
}

/// The members, in the order of their folders.
pub(crate) fn members(workspace: &Value) -> Vec<Member<'_>> {
    let root = text(&workspace["workspace_root"]);
    let ours = list(&workspace["workspace_members"]);
    let member = |package: &'_ Value| ours.contains(&package["id"]);
    let packages = list(&workspace["packages"]).iter().filter(|package| member(package));
    let mut members: Vec<_> = packages
        .map(|package| {
            let manifest = Path::new(text(&package["manifest_path"]));
            let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
            let folder = folder.expect("a member lies in the workspace").to_string_lossy();
            Member {
                name: text(&package["name"]),
                folder: folder.replace('\\', "/"),
                dependencies: list(&package["dependencies"]).iter().map(declared).collect(),
            }
        })
        .collect();
    members.sort_by(|left, right| left.folder.cmp(&right.folder));
    members
}

fn declared(dependency: &Value) -> Declared<'_> {
    Declared {
        name: text(&dependency["name"]),
        kind: dependency["kind"].as_str(),
        optional: dependency["optional"] == Value::Bool(true),
        third_party: dependency["path"].is_null(),
        path_only: dependency["req"] == "*",
    }
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
