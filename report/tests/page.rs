//! A report as text: what a browser is not needed for.
#![cfg(feature = "html")]

mod support;

use cnn::data::{Images, Pixels};
use cnn::ndarray::Array4;
use cnn::train::validate;
use cnn_report::Log;

cnn::cnn! {
    struct Many<2x4x4 -> conv1: conv(4, 1x1) -> flatten -> dense(30)>;
    struct Plain<1x4x4 -> flatten -> dense(2)>;
}

#[test]
fn all_parts_are_in_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("report.html");
    support::write(&page);
    let html = std::fs::read_to_string(&page).expect("a page");
    for id in [
        "summary",
        "curves",
        "loss",
        "accuracy",
        "rate",
        "confusion",
        "mistakes",
        "classes",
        "calibration",
        "filters",
        "network",
        "run",
    ] {
        assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(html.contains("class &lt;across&gt;") && html.contains("class &amp; down"));
    assert!(!html.contains("<across>"), "names are text");
    for outside in ["<script", "<link", "http://", "https://", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(!folder.path().join("report.html.tmp").exists());
    // Another one in its place.
    support::write(&folder.path().join("again.html"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 4);
}

#[test]
fn what_is_missing_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bare, many) = (folder.path().join("bare.html"), folder.path().join("many.html"));
    // Before the first epoch, without a convolution, without metrics.
    Log::new(0, 0).report(&Plain::new(1)).save(&bare).expect("a page");
    let html = std::fs::read_to_string(&bare).expect("a page");
    assert!(html.contains("id=\"network\"") && !html.contains("id=\"filters\""));
    assert!(!html.contains("id=\"confusion\"") && !html.contains("NaN"));

    // More classes than a table holds, most of which never occur; scores that are no numbers.
    let test = Images::new(Array4::from_elem((9, 2, 4, 4), 2.0), vec![7; 9], 30).expect("images");
    let mut net = Many::new(1);
    net.set("conv1.bias", vec![f32::NAN; 4]).expect("a bias");
    let metrics = validate(&net, &test).expect("metrics");
    assert_eq!(metrics.unscored, 9);
    Log::new(1, 1).report(&net).validated(&metrics, &test).save(&many).expect("a page");
    let html = std::fs::read_to_string(&many).expect("a page");
    assert!(
        html.contains("Confusion matrix of 30 classes")
            && html.contains("taken for <b class=\"wrong\">nothing")
    );
    assert!(!html.contains("NaN%") && !html.contains(">NaN<"), "what has no value is a dash");
}

#[test]
fn a_picture_that_cannot_be_read_is_an_error() {
    struct Gone;
    impl cnn::data::Dataset for Gone {
        type Target = usize;
        fn len(&self) -> usize {
            9
        }
        fn sample(&self, _: usize) -> Result<cnn::data::Sample<usize>, cnn::Error> {
            Err(cnn::Error::EmptyDataset { origin: cnn::Origin::Memory("gone") })
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let labels = (0..9).map(|i| i % 2).collect();
    let test = Pixels::new(Array4::from_elem((9, 1, 4, 4), 9), labels, 2).expect("images");
    let net = Plain::new(1);
    let metrics = validate(&net, &test).expect("metrics");
    let page = folder.path().join("report.html");
    let log = Log::new(1, 1);
    let error = log.report(&net).validated(&metrics, &Gone).save(&page).expect_err("no pictures");
    assert_eq!(error.to_string(), "gone: found no images, expected at least 1");
    assert!(!page.exists());
    let error = log.report(&net).save(folder.path().join("no/report.html")).expect_err("no folder");
    assert!(error.to_string().contains("report.html.tmp: cannot write"), "{error}");
}
