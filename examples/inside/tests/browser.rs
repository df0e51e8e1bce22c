//! The gallery in a browser: each of its pictures is there and not blank, wide and narrow, and nothing is asked for
//! from elsewhere.
//!
//!     cargo build --example inside && cargo test -p cnn-example-inside --test browser -- --ignored
//!
//! It needs Chromium: `apt install chromium`.

#[path = "../../../report/tests/support/browser.rs"]
mod browser;

use serde_json::Value;
use std::process::Command;

/// Measures the page, and how much the pixels of each picture differ.
const MEASURE: &str = r"
addEventListener('load', () => {
  const spread = image => {
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const low = [255, 255, 255], high = [0, 0, 0];
    pixels.forEach((value, k) => {
      if (k % 4 < 3) { low[k % 4] = Math.min(low[k % 4], value); high[k % 4] = Math.max(high[k % 4], value); }
    });
    return Math.max(...[0, 1, 2].map(c => high[c] - low[c]));
  };
  parent.document.getElementById('result').textContent = JSON.stringify({
    sections: [...document.querySelectorAll('section')].map(s => [
      s.id, s.querySelectorAll('img').length, s.querySelectorAll('svg.chart').length,
      s.querySelector('p.lead').innerText.length]),
    width: innerWidth,
    scroll: document.documentElement.scrollWidth,
    images: [...document.images].map(i => [i.alt, i.naturalWidth, i.getBoundingClientRect().width, spread(i)]),
    external: performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:')),
    curves: [...document.querySelectorAll('polyline')].map(c => c.getTotalLength()),
  });
});";

#[test]
#[ignore = "needs Chromium and takes minutes; .ci/run installs it and runs this"]
fn every_picture_can_be_seen() {
    let this = std::env::current_exe().expect("a path");
    let built = this.parent().and_then(|deps| deps.parent()).expect("a folder of builds");
    let example = built.join("examples/inside");
    assert!(example.exists(), "`cargo build --example inside` makes {}", example.display());
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("inside.html");
    let status = Command::new(&example).arg("--out").arg(&page).status().expect("started");
    assert!(status.success());
    for width in [1400, 390] {
        let found = browser::measure(&page, width, MEASURE);
        assert_eq!(found["width"], width);
        assert!(found["scroll"].as_u64() <= Some(width as u64), "{width}: {}", found["scroll"]);
        let sections: Vec<(String, u64)> = found["sections"]
            .as_array()
            .expect("sections")
            .iter()
            .map(|s| {
                assert!(s[3].as_u64() > Some(60), "{} says little", s[0]);
                let seen = s[1].as_u64().unwrap_or(0) + s[2].as_u64().unwrap_or(0);
                (s[0].as_str().unwrap_or_default().to_owned(), seen)
            })
            .collect();
        let least = [
            ("filters", 29),
            ("patches", 8),
            ("pixels", 28),
            ("cams", 28),
            ("occlusion", 20),
            ("sanity", 12),
            ("models", 18),
            ("inversion", 13),
            ("attacks", 22),
            ("shifts", 3),
            ("fields", 9),
            ("embedding", 2),
            ("transfer", 8),
            ("surface", 2),
            ("deletion", 1),
        ];
        for (id, count) in least {
            let seen = sections.iter().find(|(name, _)| name == id).map(|(_, seen)| *seen);
            assert!(seen >= Some(count), "{width}: {id}: {seen:?} of {count}");
        }
        let images = found["images"].as_array().expect("images");
        let blank: Vec<&Value> = images
            .iter()
            // A feature map of a number may answer to nothing in the digit.
            .filter(|i| i[0].as_str().is_none_or(|alt| alt.parse::<u32>().is_err()))
            // All of it is connected.
            .filter(|i| i[0] != "first dense layer")
            .filter(|i| i[1] == 0 || i[2] == 0.0 || i[3].as_u64() < Some(20))
            .collect();
        assert!(blank.is_empty(), "{width}: {blank:?}");
        let curves = found["curves"].as_array().expect("curves");
        assert!(curves.len() >= 9 && curves.iter().all(|c| c.as_f64() > Some(20.0)), "{curves:?}");
        assert_eq!(found["external"].as_array().map(Vec::len), Some(0), "{}", found["external"]);
    }
}
