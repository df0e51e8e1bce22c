//! A report in a browser: each of its parts is there and can be seen, wide and narrow, and nothing is asked for
//! from elsewhere.
//!
//!     cargo test -p cnn-report --test browser -- --ignored    # needs Chromium: apt install chromium

#[path = "support/browser.rs"]
mod browser;
mod support;

use browser::measure;
use serde_json::Value;

/// Measures the page and hands the numbers to the page around it, before either counts as loaded.
const MEASURE: &str = r"
addEventListener('load', () => {
  const seen = {};
  for (const part of document.querySelectorAll('[id]')) {
    const box = part.getBoundingClientRect();
    seen[part.id] = { width: box.width, height: box.height, text: part.innerText };
  }
  parent.document.getElementById('result').textContent = JSON.stringify({
    seen,
    width: innerWidth,
    scroll: document.documentElement.scrollWidth,
    images: [...document.images].map(i => [i.alt, i.naturalWidth, i.getBoundingClientRect().width]),
    external: performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:')),
    cells: document.querySelectorAll('table.grid td').length,
    curves: [...document.querySelectorAll('polyline')].map(c => c.getTotalLength()),
    smallest: Math.min(...[...document.querySelectorAll('main *')]
      .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
      .map(e => parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement
        ? e.ownerSVGElement.getBoundingClientRect().width / e.ownerSVGElement.viewBox.baseVal.width : 1))),
  });
});";

#[test]
#[ignore = "needs Chromium; .ci/run installs it and runs this"]
fn every_part_can_be_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("report.html");
    support::write(&page);
    for width in [1400, 390] {
        let found = measure(&page, width, MEASURE);
        assert_eq!(found["width"], width);
        // Nothing sticks out to the right.
        assert!(found["scroll"].as_u64() <= Some(width as u64), "{width}: {}", found["scroll"]);
        let parts = [
            ("summary", "test loss"),
            ("loss", "test images"),
            ("accuracy", "100%"),
            ("rate", "Learning rate"),
            ("confusion", "taken for"),
            ("mistakes", "is class"),
            ("classes", "AUROC"),
            ("calibration", "how sure"),
            ("filters", "features.conv"),
            ("network", "Images go in at the top"),
            ("run", "Seed\n42"),
            ("run", "Processor\n"),
        ];
        for (id, text) in parts {
            let part = &found["seen"][id];
            let (wide, high) = (part["width"].as_f64(), part["height"].as_f64());
            assert!(wide > Some(250.0) && high > Some(80.0), "{width}: {id}: {part}");
            let said = part["text"].as_str().unwrap_or_default();
            assert!(said.contains(text), "{width}: {id} lacks `{text}`: {said}");
        }
        let images = found["images"].as_array().expect("images");
        let broken: Vec<&Value> = images.iter().filter(|i| i[1] == 0 || i[2] == 0.0).collect();
        assert!(broken.is_empty(), "{width}: {broken:?}");
        let of = |word: &str| {
            images.iter().filter(|i| i[0].as_str().is_some_and(|alt| alt.starts_with(word))).count()
        };
        assert_eq!(of("Filter"), 8);
        assert!(of("Test image") > 0 && of("The layers of") == 1);
        assert_eq!(found["cells"], 9);
        let curves = found["curves"].as_array().expect("curves");
        assert!(curves.len() >= 6 && curves.iter().all(|c| c.as_f64() > Some(20.0)), "{curves:?}");
        assert_eq!(found["external"].as_array().map(Vec::len), Some(0), "{}", found["external"]);
        assert!(found["smallest"].as_f64() > Some(9.5), "{width}: {}", found["smallest"]);
    }
}
