//! The page of the matrix in a real browser: its filters and a cell are clicked, and it fits a phone.

use std::fs;
use std::path::Path;
use std::process::Command;

use heliostat_capability_matrix::HTML;
use serde_json::Value;

/// What the browser is called on the machines there are.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What somebody does with the page, and what comes of it, written where the test finds it.
const VISIT: &str = include_str!("browser/visit.html");

fn browser() -> Option<&'static str> {
    let runs = |name: &&str| {
        let ran = Command::new(name).arg("--version").output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    BROWSERS.into_iter().find(runs)
}

/// What was seen in a window of this width, with a picture of it.
fn visit(browser: &str, page: &str, width: u32) -> Value {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, picture) = (folder.join("visited.html"), folder.join(format!("matrix-{width}.png")));
    fs::write(&file, page.replace("</body>", &format!("{VISIT}</body>")))
        .expect("it can be written");
    let plain = folder.join("matrix.html");
    fs::write(&plain, page).expect("it can be written");
    let open = |arguments: &[String], file: &Path| {
        let ran = Command::new(browser)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--window-size={width},1000"))
            .args(arguments)
            .arg(format!("file://{}", file.display()))
            .output();
        String::from_utf8_lossy(&ran.expect("a browser was found").stdout).into_owned()
    };
    open(&[format!("--screenshot={}", picture.display())], &plain);
    assert!(picture.exists(), "{} is a picture of the page", picture.display());
    let seen = open(&["--dump-dom".to_owned()], &file);
    let (_, seen) = seen.split_once(r#"<pre id="visit">"#).expect("the page is there");
    let (seen, _) = seen.split_once("</pre>").expect("it is whole");
    let seen = seen.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&seen)
        .unwrap_or_else(|error| panic!("the visit ended early: {error}: {seen}"))
}

#[test]
fn the_page_answers_in_a_browser_and_fits_a_phone() {
    let Some(browser) = browser() else {
        println!("the page was opened nowhere: there is none of {}", BROWSERS.join(", "));
        return;
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(HTML);
    let page = fs::read_to_string(page).expect("the page is committed");
    for width in [1_200, 500] {
        let seen = visit(browser, &page, width);
        assert_eq!(seen["all"], heliostat::Capability::ALL.len(), "{width}: a row each");
        assert_eq!(seen["empty"], 0, "{width}: no cell is empty");
        assert_eq!(seen["wide"], 0, "{width}: nothing sticks out");
        assert_eq!(seen["columns"], 2, "{width}: one runner");
        assert_eq!(seen["sections"], 1, "{width}: one group");
        assert_eq!(seen["none"], 0, "{width}: no window is partial");
        assert_eq!(seen["total"][0], seen["total"][1], "{width}: a total shows what it counts");
        assert!(seen["partial"].as_u64().is_some_and(|rows| 0 < rows), "{width}: some are partial");
        assert!(seen["words"].to_string().contains("window.session"), "{width}: {}", seen["words"]);
        assert!(seen["told"].to_string().contains(" of "), "{width}: {}", seen["told"]);
        assert_eq!(
            (&seen["focused"], &seen["open"], &seen["closed"]),
            (&true.into(), &true.into(), &true.into())
        );
        let dialog = seen["dialog"].to_string();
        for told in ["cargo run -p heliostat-conformance", "elements a second", "Window::sessions"]
        {
            assert!(dialog.contains(told), "{width}: {told}: {dialog}");
        }
        let (last, command) = (seen["last"].as_str(), seen["command"].as_str());
        assert!(
            last.zip(command).is_some_and(|(last, command)| command.ends_with(last)),
            "{width}"
        );
        assert!(seen["label"].to_string().contains(" on direct: "), "{width}: {}", seen["label"]);
        assert!(seen["declared"].as_u64().is_some_and(|rows| 20 < rows), "{width}: Beam's rows");
    }
}
