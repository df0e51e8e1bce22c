//! Maps, overlays and grids.

use cnn::data::Normalize;
use cnn::ndarray::{Array2, Array3, Array4, array};
use cnn_images::draw::{Colors, Grid, Picture, Values, feature_maps, filters, heat_map, overlay};
use cnn_images::{decode, read, save, scaled};

const UNIT: Values = Values::Range(0.0, 1.0);

/// Pixels that are about as dark as ink, in those rows.
fn dark(picture: &Picture, rows: std::ops::Range<usize>) -> usize {
    let row = |y| (0..picture.width()).filter_map(move |x| picture.pixel(x, y));
    rows.flat_map(row).filter(|pixel| pixel.iter().all(|&c| c < 110)).count()
}

fn colors(picture: &Picture) -> Vec<[u8; 3]> {
    let row = |y| (0..picture.width()).filter_map(move |x| picture.pixel(x, y));
    (0..picture.height()).flat_map(row).collect()
}

#[test]
fn scales_end_where_they_should() {
    // matplotlib's viridis from (68, 1, 84) to (253, 231, 37).
    let map = heat_map(array![[0.0, 2.0, -3.0]].view(), Colors::unsigned()).expect("a map");
    let near = |[a, b, c]: [u8; 3], [r, g, u]: [u8; 3]| {
        a.abs_diff(r) < 3 && b.abs_diff(g) < 3 && c.abs_diff(u) < 3
    };
    let found = colors(&map);
    assert!(near(found[0], [68, 1, 84]), "{found:?}");
    assert!(near(found[1], [253, 231, 37]), "{found:?}");
    assert_eq!(found[2], found[0], "what is below 0 counts as 0");

    let map = heat_map(array![[-2.0, -1.0, 0.0, 1.0, 2.0, 4.0]].view(), Colors::signed());
    let found = colors(&map.expect("a map"));
    assert!(found[2].iter().all(|&c| c > 235), "0 is all but white: {found:?}");
    assert!(found[5][0] > found[5][2] && found[0][2] > found[0][0], "red and blue: {found:?}");
    // −2 is half of the way to where −4 would be, as 2 is of the way to 4.
    for (x, color) in [-0.5, -0.25, 0.0, 0.25, 0.5, 1.0].into_iter().zip(&found) {
        assert_eq!(Colors::signed().color(x), *color, "{x}");
    }
    assert!(Colors::of(&array![1.0, -1e-9]).is_signed());
    assert!(!Colors::of(&array![1.0, 0.0, -0.0]).is_signed());
    let same = heat_map(array![[1.0]].view(), Colors::unsigned().up_to(2.0)).expect("a map");
    assert_eq!(same.pixel(0, 0), Some(Colors::unsigned().color(0.5)));
}

#[test]
fn maps_that_are_the_same_everywhere_have_one_color() {
    for (value, share) in [(0.0, 0.0), (3.0, 1.0), (1e-42, 1.0)] {
        for scale in [Colors::unsigned(), Colors::signed()] {
            let map = heat_map(Array2::from_elem((3, 2), value).view(), scale).expect("a map");
            assert_eq!(colors(&map), vec![scale.color(share); 6], "{value}");
        }
    }
}

#[test]
fn an_overlay_is_the_gray_image_or_the_map_or_between() {
    let image = Array3::from_shape_fn((3, 4, 4), |(c, i, j)| (c + i + j) as f32 / 8.0);
    let map = array![[0.0, 1.0], [2.0, 3.0]];
    let large = cnn::explain::upsampled(map.view().insert_axis(cnn::ndarray::Axis(0)), [4, 4]);
    let large = large.index_axis(cnn::ndarray::Axis(0), 0).to_owned();
    let [whole, none, half] = [1.0, 0.0, 0.5].map(|opacity| {
        overlay(image.view(), &UNIT, map.view(), Colors::unsigned(), opacity).expect("a picture")
    });
    let scale = Colors::unsigned().up_to(3.0);
    assert_eq!(whole, heat_map(large.view(), scale).expect("a picture"));
    assert!(colors(&none).iter().all(|[r, g, b]| r == g && g == b));
    let gray = 0.299 * 0.25 + 0.587 * 0.375 + 0.114 * 0.5;
    let found = none.pixel(1, 1).expect("a pixel")[0];
    assert!((f32::from(found) - gray * 255.0).abs() < 1.5, "{found}");
    for ((a, b), c) in colors(&whole).iter().zip(colors(&none)).zip(colors(&half)) {
        for k in 0..3 {
            let mean = (f32::from(a[k]) + f32::from(b[k])) / 2.0;
            assert!((mean - f32::from(c[k])).abs() <= 1.0);
        }
    }
}

#[test]
fn what_normalization_did_is_undone() {
    let plain = Array3::from_shape_fn((3, 5, 5), |(c, i, j)| (c * i + j) as f32 / 12.0);
    let normalize = Normalize::new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let mut images = plain.clone().insert_axis(cnn::ndarray::Axis(0));
    normalize.images(&mut images);
    let normalized = images.remove_axis(cnn::ndarray::Axis(0));
    let [one, other] = [
        Picture::of(plain.view(), &UNIT).expect("a picture"),
        Picture::of(normalized.view(), &Values::Normalized(normalize)).expect("a picture"),
    ];
    for (a, b) in colors(&one).iter().zip(colors(&other)) {
        assert!((0..3).all(|k| a[k].abs_diff(b[k]) <= 1), "{a:?} {b:?}");
    }
}

#[test]
fn grids_are_as_large_as_their_cells_and_titles() {
    let digit = || Picture::of(Array3::zeros((1, 28, 28)).view(), &UNIT).expect("a picture");
    let [margin, gap, line, below] = [16, 16, 19, 4];
    let plain = Grid::new(2).add("", digit()).add("", digit()).add("", digit());
    let size = |grid: &Grid| {
        let picture = grid.draw().expect("a picture");
        (picture.width(), picture.height())
    };
    let side = 28 * 8;
    assert_eq!(size(&plain), (2 * margin + 2 * side + gap, 2 * margin + 2 * side + gap));
    assert_eq!(size(&Grid::new(0).side(1).add("", digit())), (60, 60), "never smaller");
    let titled = plain.clone().add("a", digit());
    assert_eq!(size(&titled).1, size(&plain).1 + line + below);
    // A picture is the same in large: each pixel a square.
    let map = heat_map(array![[0.0, 1.0], [2.0, 3.0]].view(), Colors::unsigned()).expect("a map");
    let grid = Grid::new(1).side(100).add("", map.clone()).draw().expect("a picture");
    for (x, y) in [(0, 0), (49, 49), (50, 0), (99, 49), (0, 50), (99, 99)] {
        assert_eq!(grid.pixel(margin + x, margin + y), map.pixel(x / 50, y / 50), "{x} {y}");
    }
}

#[test]
fn titles_and_legends_can_be_read() {
    let blank = || Picture::of(Array3::ones((1, 28, 28)).view(), &UNIT).expect("a picture");
    let title = "What the score of class 7 is sensitive to, by a method with a long name";
    let grid = Grid::new(1).add("", blank());
    let without = grid.draw().expect("a picture");
    assert_eq!(dark(&without, 0..without.height()), 0);
    let with = grid.clone().title(title).draw().expect("a picture");
    let strip = with.height() - without.height();
    assert!(dark(&with, 16..strip) > 200, "{} dark pixels", dark(&with, 16..strip));
    assert!(strip > 3 * 25, "the title takes several lines");
    assert_eq!(dark(&with, strip..with.height()), 0, "and stays above the picture");
    // Words that are wider than the picture are broken, so that all can be read.
    let long = grid.clone().title("x".repeat(400)).draw().expect("a picture");
    assert_eq!(long.width(), without.width());
    assert!(long.height() > without.height() + 10 * 25);
    let legend = grid.legend(Colors::signed(), "−0.5", "0.5").draw().expect("a picture");
    let below = without.height() + 16..legend.height();
    assert!(dark(&legend, below) > 20);
}

#[test]
fn numbers_have_three_digits() {
    let cases = [
        (0.0, "0"),
        (6.0, "6.00"),
        (-11.0, "-11.0"),
        (523.4, "523"),
        (0.0132, "0.0132"),
        (0.00156, "0.00156"),
        (2e-5, "2.00e-5"),
        (12345.0, "1.23e4"),
        (f32::INFINITY, "inf"),
    ];
    for (x, expected) in cases {
        assert_eq!(cnn_images::draw::three_digits(x), expected);
    }
}

#[test]
fn filters_and_feature_maps_are_grids() {
    let three = Array4::from_shape_fn((5, 3, 3, 3), |(k, c, i, j)| (k + c + i) as f32 - j as f32);
    let picture = filters(three.view()).expect("a picture");
    // Three columns of 63 pixels.
    assert_eq!(picture.width(), 32 + 3 * 63 + 2 * 16);
    filters(Array4::zeros((5, 3, 3, 3)).view()).expect("gray squares");
    filters(Array4::zeros((4, 1, 5, 5)).view()).expect("white squares");
    let many = filters(Array4::ones((2, 4, 3, 3)).view()).expect("a row for each filter");
    assert_eq!(many.width(), 32 + 4 * 63 + 3 * 16);
    let maps = feature_maps(Array3::from_shape_fn((6, 7, 7), |(k, i, _)| (k * i) as f32).view());
    assert_eq!(maps.expect("a picture").width(), 32 + 3 * 63 + 2 * 16);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let image = Array3::zeros((3, 4, 4));
    let map = Array2::zeros((2, 2));
    let unsigned = Colors::unsigned();
    let of = |opacity| overlay(image.view(), &UNIT, map.view(), unsigned, opacity);
    let normalized = |numbers: usize| Values::Normalized(Normalize::new(vec![0.0; numbers], [1.0]));
    let cases = [
        (heat_map(array![[1.0, f32::NAN]].view(), unsigned), "found NaN as number 1"),
        (heat_map(Array2::zeros((0, 3)).view(), unsigned), "found 3x0 pixels, expected at least 1"),
        (
            heat_map(map.view(), unsigned.up_to(0.0)),
            "found up to 0, expected a finite number above",
        ),
        (of(1.5), "opacity of `overlay`: found 1.5, expected a number from 0 to 1"),
        (of(f32::NAN), "found NaN, expected a number from 0 to 1"),
        (overlay(image.view(), &UNIT, Array2::zeros((0, 2)).view(), unsigned, 0.5), "one of 0x2"),
        (Picture::of(Array3::zeros((2, 4, 4)).view(), &UNIT), "found one of 2 channels"),
        (Picture::of(image.view(), &Values::Range(1.0, 1.0)), "found 1 to 1, expected two finite"),
        (Picture::of(image.view(), &Values::Range(f32::NAN, 1.0)), "found NaN to 1"),
        (Picture::of(image.view(), &normalized(2)), "one for each channel or for all"),
        (Picture::of(image.view(), &normalized(0)), "one for each channel or for all"),
        (Grid::new(3).draw(), "pictures of `Grid`: found none, expected at least 1"),
        (filters(Array4::zeros((0, 3, 3, 3)).view()), "found none, expected at least 1"),
        (filters(Array4::from_elem((1, 3, 3, 3), f32::INFINITY).view()), "found inf"),
        (feature_maps(Array3::from_elem((1, 3, 3), f32::NAN).view()), "found NaN"),
        (feature_maps(Array3::zeros((2, 0, 3)).view()), "pixels, expected at least 1"),
    ];
    for (result, expected) in cases {
        let text = result.map(|_| ()).expect_err(expected).to_string();
        assert!(text.contains(expected), "{text}\n{expected}");
    }
    let text = scaled(image.view(), [0, 4]).expect_err("no pixels").to_string();
    assert!(text.contains("found 0x4 pixels"), "{text}");
}

#[test]
fn pictures_become_files() {
    let map = heat_map(array![[0.0, 1.0], [2.0, 3.0]].view(), Colors::unsigned()).expect("a map");
    let bytes = map.to_png();
    let back = decode(&bytes, 3).expect("a picture");
    assert_eq!(Picture::of(back.view(), &UNIT).expect("a picture"), map);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("map");
    map.save_png(&path).expect("a file");
    assert_eq!(std::fs::read(&path).expect("the file"), bytes);
    assert_eq!(read(&path, 3).expect("a picture"), back);
    let text = read(folder.path(), 3).expect_err("a folder").to_string();
    assert!(text.contains("found a folder, pipe or device"), "{text}");
    let text = map.save_png(folder.path().join("no/map")).expect_err("no folder").to_string();
    assert!(text.contains("cannot write"), "{text}");
}

// The triangle over four pixels weighs 3/7, 3/7, 1/7 and 0: the first of two places is at 5/7 of a pixel's step.
#[test]
fn smaller_images_are_means() {
    let image = Array3::from_shape_fn((1, 4, 4), |(_, i, j)| (4 * i + j) as f32 / 16.0);
    let small = scaled(image.view(), [2, 2]).expect("an image");
    let expected = [0.223_214_3, 0.321_428_6, 0.616_071_4, 0.714_285_7];
    for (x, e) in small.iter().zip(expected) {
        assert!((x - e).abs() < 1e-5, "{small:?}");
    }
    assert_eq!(scaled(image.view(), [4, 4]).expect("an image"), image);
    let folder = tempfile::tempdir().expect("a folder");
    save(small.view(), folder.path().join("small.png")).expect("a file");
}
