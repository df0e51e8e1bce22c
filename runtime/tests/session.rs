//! Sessions: results, errors, threads.

mod common;

use cnn_runtime::{Network, Session, api};
use common::{Pair, Tiny, images};
use ndarray::{Array2, Array4, Axis, array, s};

/// `W x + b` by ndarray.
fn expected(net: &Tiny, x: &Array4<f32>) -> Array2<f32> {
    let get = |path| api::get(net, path).expect("a parameter");
    let x = x.to_shape((x.dim().0, 6)).expect("6 elements an image");
    let w = get("1.weight").to_shape((4, 6)).expect("4×6 weights").to_owned();
    x.dot(&w.t()) + get("1.bias").to_shape(4).expect("4 biases")
}

fn assert_close(a: &Array2<f32>, b: &Array2<f32>) {
    assert_eq!(a.dim(), b.dim());
    assert!((a - b).iter().all(|d| d.abs() < 1e-5), "{a}\n{b}");
}

#[test]
fn a_session_of_any_batch_agrees_with_the_formula() {
    let net: Tiny = api::new(1);
    for batch in [1, 2, 15, 16, 17, 40] {
        let mut session = api::session(&net, batch);
        for n in [1, batch.div_ceil(2), batch] {
            let x = images(n);
            let y = session.run(x.view()).expect("a batch that fits").to_owned();
            assert_close(&y, &expected(&net, &x));
        }
    }
}

#[test]
fn one_shot_and_owning_sessions_agree_with_it_too() {
    let net: Tiny = api::new(2);
    let x = images(20);
    let y = expected(&net, &x);
    assert_close(&api::forward(&net, x.view()), &y);
    assert_close(&api::try_forward(&net, x.view()).expect("a batch"), &y);
    let features = api::features(&net, "out", x.view()).expect("a label");
    assert_close(&features.into_dimensionality().expect("N×4"), &y);
    let mut session = api::into_session(net, 20);
    assert_close(&session.run(x.view()).expect("a batch").to_owned(), &y);
}

#[test]
fn views_may_have_any_strides() {
    let net: Tiny = api::new(3);
    let wide = images(40);
    let x = wide.slice(s![..;-2, .., ..;-1, ..]);
    let y = expected(&net, &x.as_standard_layout().into_owned());
    for batch in [20, 33] {
        assert_close(&api::session(&net, batch).run(x).expect("a batch").to_owned(), &y);
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let net: Tiny = api::new(4);
    // Enough for several tiles.
    let x = images(200_000);
    let run = |mut session: Session<Tiny>| session.run(x.view()).expect("a batch").to_owned();
    let one = run(api::session(&net, 200_000));
    for threads in [1, 2, 3, 4] {
        assert_eq!(one, run(api::session(&net, 200_000).threads(threads).expect("threads")));
    }
    assert_eq!(one, api::forward(&net, x.view()));
    assert_close(&one, &expected(&net, &x));
}

#[test]
fn sessions_can_move_to_other_threads() {
    let net: Tiny = api::new(5);
    let x = images(3);
    let run = |mut session: Session<Tiny>| session.run(x.view()).expect("a batch").to_owned();
    let sessions: Vec<_> = (0..3).map(|_| api::session(&net, 3)).collect();
    let ys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            sessions.into_iter().map(|session| scope.spawn(|| run(session))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(ys.iter().all(|y| *y == ys[0]));
}

#[test]
fn several_inputs_and_outputs_are_tuples() {
    let net: Pair = api::new(0);
    let a = array![[1.0, 2.0], [3.0, 4.0]];
    let b = array![[10.0, 20.0], [30.0, 40.0]].insert_axis(Axis(1)).insert_axis(Axis(1));
    let (p, q) = api::forward(&net, (a.view(), b.view()));
    assert_eq!((p, q), (2.0 * &a, &b + &a.insert_axis(Axis(1)).insert_axis(Axis(1))));
}

#[test]
fn batches_that_do_not_fit_are_named() {
    let net: Tiny = api::new(1);
    let mut session = api::session(&net, 4);
    let mut text = |x: &Array4<f32>| session.run(x.view()).unwrap_err().to_string();
    assert_eq!(text(&images(5)), "session of `Tiny`: found a batch of 5 images, expected 1 to 4");
    assert_eq!(text(&images(0)), "`Tiny`: found a batch of 0 images, expected at least 1");
    let found = text(&Array4::zeros((2, 3, 32, 32)));
    assert_eq!(found, "input 0 of `Tiny`: found an array of 2×3×32×32, expected N×1×2×3");
    let error = api::features(&net, "oout", images(1).view()).unwrap_err().to_string();
    assert_eq!(error, "found the label `oout`, expected one of `Tiny` (did you mean `out`?): out");
}

#[test]
#[should_panic(expected = "input 0 of `Tiny`: found an array of 2×3×32×32, expected N×1×2×3")]
fn forward_panics_on_a_wrong_shape() {
    api::forward(&api::new::<Tiny>(1), Array4::zeros((2, 3, 32, 32)).view());
}

#[test]
fn parameters_are_read_and_set_by_path() {
    let mut net: Tiny = api::new(1);
    let w = Array2::from_elem((4, 6), 2.0);
    api::set(&mut net, "1.weight", &w).expect("a reference");
    api::set(&mut net, "1.weight", w.view()).expect("a view");
    api::set(&mut net, "1.weight", w.clone().into_dyn()).expect("a dynamic array");
    api::set(&mut net, "1.weight", w).expect("an owned array");
    api::set(&mut net, "1.bias", array![1.0, 2.0, 3.0, 4.0]).expect("a literal");
    api::set(&mut net, "1.bias", [1.0, 2.0, 3.0, 4.0]).expect("a plain array");
    assert_eq!(
        api::get(&net, "1.bias").expect("a parameter"),
        array![1.0, 2.0, 3.0, 4.0].into_dyn()
    );
    assert_eq!(net.params().counter("2.num_batches_tracked").expect("a counter"), 0);

    let text = |path| api::get(&net, path).unwrap_err().to_string();
    let expected =
        "found the path `1.wieght`, expected a parameter of `Tiny` (did you mean `1.weight`?)";
    assert_eq!(text("1.wieght"), expected);
    let expected =
        "`2.num_batches_tracked` of `Tiny`: found an integer counter, expected a tensor of floats";
    assert_eq!(text("2.num_batches_tracked"), expected);
    let error = api::set(&mut net, "1.bias", array![[1.0, 2.0]]).unwrap_err().to_string();
    assert_eq!(error, "`1.bias` of `Tiny`: found an array of 1×2, expected 4");
    let error = net.params().counter("1.bias").unwrap_err().to_string();
    assert_eq!(error, "`1.bias` of `Tiny`: found a tensor of floats, expected an integer counter");
}

#[test]
fn initialisation_depends_on_the_seed_alone_and_stays_in_bounds() {
    let weights =
        |seed| api::get(&api::new::<Tiny>(seed), "1.weight").expect("a parameter").to_owned();
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
    let w = weights(1);
    assert!(w.iter().all(|w| (-0.5..0.5).contains(w)) && w.iter().any(|w| w.abs() > 0.3), "{w}");
    let net: Tiny = api::new(1);
    assert_eq!(net.params().trainable()[24..32], [0.0; 8], "the gap between tensors");
}
