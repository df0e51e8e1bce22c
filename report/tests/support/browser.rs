//! Pages in a browser.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a script in a page hands to the page around it, as JSON in its element `result`: the page in a window of that
/// width, which may be narrower than the browser's own windows can be.
pub(crate) fn measure(page: &Path, width: usize, script: &str) -> Value {
    let folder = page.parent().expect("a folder");
    let html = std::fs::read_to_string(page).expect("the page");
    let measured = html.replace("</body>", &format!("<script>{script}</script></body>"));
    // As an attribute, so that one process has both documents.
    let measured = measured.replace('&', "&amp;").replace('"', "&quot;");
    let around = format!(
        "<!doctype html><pre id=result></pre>\
         <iframe style='width:{width}px;height:900px;border:0' srcdoc=\"{measured}\"></iframe>"
    );
    let outer = folder.join("around.html");
    std::fs::write(&outer, around).expect("written");
    let profile = tempfile::tempdir().expect("a folder");
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let output = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--window-size=1600,1000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", outer.display()))
        .output()
        .unwrap_or_else(|e| panic!("{browser}: {e}; CHROMIUM names another one"));
    let dom = String::from_utf8_lossy(&output.stdout);
    let result =
        dom.split_once("<pre id=\"result\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (json, _) = result.unwrap_or_else(|| panic!("no result in {dom}"));
    let json = json.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}"))
}
