//! Sessions: results, errors, threads.

mod common;

use cnn_runtime::{Error, InferencePlan, Network, Program, Room, Session, workspace};
use common::{Pair, Tiny, images};
use ndarray::{Array2, Array4, ArrayView4, Axis, array, s};

/// `W x + b` by ndarray.
fn expected(net: &Tiny, x: &Array4<f32>) -> Array2<f32> {
    let get = |path| Network::get(net, path).expect("a parameter");
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
    let net: Tiny = Network::new(1);
    for batch in [1, 2, 15, 16, 17, 40] {
        let mut session = Network::session(&net, batch);
        for n in [1, batch.div_ceil(2), batch] {
            let x = images(n);
            let y = session.run(x.view()).expect("a batch that fits").to_owned();
            assert_close(&y, &expected(&net, &x));
        }
    }
}

#[test]
fn one_shot_and_owning_sessions_agree_with_it_too() {
    let net: Tiny = Network::new(2);
    let x = images(20);
    let y = expected(&net, &x);
    assert_close(&Network::forward(&net, x.view()), &y);
    assert_close(&Network::try_forward(&net, x.view()).expect("a batch"), &y);
    let features = Network::features(&net, "out", x.view()).expect("a label");
    assert_close(&features.into_dimensionality().expect("N×4"), &y);
    let mut session = Network::into_session(net, 20);
    assert_close(&session.run(x.view()).expect("a batch").to_owned(), &y);
}

#[test]
fn views_may_have_any_strides() {
    let net: Tiny = Network::new(3);
    let wide = images(40);
    let x = wide.slice(s![..;-2, .., ..;-1, ..]);
    let y = expected(&net, &x.as_standard_layout().into_owned());
    for batch in [20, 33] {
        assert_close(&Network::session(&net, batch).run(x).expect("a batch").to_owned(), &y);
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let net: Tiny = Network::new(4);
    // Enough for several tiles.
    let x = images(200_000);
    let run = |mut session: Session<Tiny>| session.run(x.view()).expect("a batch").to_owned();
    let one = run(Network::session(&net, 200_000));
    for threads in [1, 2, 3, 4] {
        assert_eq!(one, run(Network::session(&net, 200_000).threads(threads).expect("threads")));
    }
    assert_eq!(one, Network::forward(&net, x.view()));
    assert_close(&one, &expected(&net, &x));
}

#[test]
fn sessions_can_move_to_other_threads() {
    let net: Tiny = Network::new(5);
    let x = images(3);
    let run = |mut session: Session<Tiny>| session.run(x.view()).expect("a batch").to_owned();
    let sessions: Vec<_> = (0..3).map(|_| Network::session(&net, 3)).collect();
    let ys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            sessions.into_iter().map(|session| scope.spawn(|| run(session))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(ys.iter().all(|y| *y == ys[0]));
}

#[test]
fn several_inputs_and_outputs_are_tuples() {
    let net: Pair = Network::new(0);
    let a = array![[1.0, 2.0], [3.0, 4.0]];
    let b = array![[10.0, 20.0], [30.0, 40.0]].insert_axis(Axis(1)).insert_axis(Axis(1));
    let (p, q) = Network::forward(&net, (a.view(), b.view()));
    assert_eq!((p, q), (2.0 * &a, &b + &a.insert_axis(Axis(1)).insert_axis(Axis(1))));
}

#[test]
fn batches_that_do_not_fit_are_named() {
    let net: Tiny = Network::new(1);
    let mut session = Network::session(&net, 4);
    let mut text = |x: &Array4<f32>| session.run(x.view()).unwrap_err().to_string();
    assert_eq!(text(&images(5)), "session of `Tiny`: found a batch of 5 images, expected 1 to 4");
    assert_eq!(text(&images(0)), "`Tiny`: found a batch of 0 images, expected at least 1");
    let found = text(&Array4::zeros((2, 3, 32, 32)));
    assert_eq!(found, "input 0 of `Tiny`: found an array of 2×3×32×32, expected N×1×2×3");
    let error = Network::features(&net, "oout", images(1).view()).unwrap_err().to_string();
    assert_eq!(error, "found the label `oout`, expected one of `Tiny` (did you mean `out`?): out");
}

#[test]
#[should_panic(expected = "input 0 of `Tiny`: found an array of 2×3×32×32, expected N×1×2×3")]
fn forward_panics_on_a_wrong_shape() {
    Network::forward(&Tiny::new(1), Array4::zeros((2, 3, 32, 32)).view());
}

#[test]
fn parameters_are_read_and_set_by_path() {
    let mut net: Tiny = Network::new(1);
    let w = Array2::from_elem((4, 6), 2.0);
    Network::set(&mut net, "1.weight", &w).expect("a reference");
    Network::set(&mut net, "1.weight", w.view()).expect("a view");
    Network::set(&mut net, "1.weight", w.clone().into_dyn()).expect("a dynamic array");
    Network::set(&mut net, "1.weight", w).expect("an owned array");
    Network::set(&mut net, "1.bias", array![1.0, 2.0, 3.0, 4.0]).expect("a literal");
    Network::set(&mut net, "1.bias", [1.0, 2.0, 3.0, 4.0]).expect("a plain array");
    assert_eq!(
        Network::get(&net, "1.bias").expect("a parameter"),
        array![1.0, 2.0, 3.0, 4.0].into_dyn()
    );
    assert_eq!(net.params().counter("2.num_batches_tracked").expect("a counter"), 0);

    let text = |path| Network::get(&net, path).unwrap_err().to_string();
    let expected =
        "found the path `1.wieght`, expected a parameter of `Tiny` (did you mean `1.weight`?)";
    assert_eq!(text("1.wieght"), expected);
    let expected =
        "`2.num_batches_tracked` of `Tiny`: found an integer counter, expected a tensor of floats";
    assert_eq!(text("2.num_batches_tracked"), expected);
    let error = Network::set(&mut net, "1.bias", array![[1.0, 2.0]]).unwrap_err().to_string();
    assert_eq!(error, "`1.bias` of `Tiny`: found an array of 1×2, expected 4");
    let error = net.params().counter("1.bias").unwrap_err().to_string();
    assert_eq!(error, "`1.bias` of `Tiny`: found a tensor of floats, expected an integer counter");
}

#[test]
fn initialization_depends_on_the_seed_alone_and_stays_in_bounds() {
    let weights =
        |seed| Network::get(&Tiny::new(seed), "1.weight").expect("a parameter").to_owned();
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
    let w = weights(1);
    assert!(w.iter().all(|w| (-0.5..0.5).contains(w)) && w.iter().any(|w| w.abs() > 0.3), "{w}");
    let net: Tiny = Network::new(1);
    assert_eq!(net.params().trainable()[24..32], [0.0; 8], "the gap between tensors");
}

/// `images` images that take the memory of one.
fn repeated(image: &Array4<f32>, images: usize) -> ArrayView4<'_, f32> {
    image.broadcast((images, 1, 2, 3)).expect("dimensions that can be addressed")
}

/// Beyond the memory of any machine, and of its addresses.
const TOO_MANY: usize = 1 << 56;

#[test]
fn sessions_without_memory_are_typed_errors() {
    let net: Tiny = Network::new(1);
    let outputs = "`Tiny`: found no memory for the outputs of";
    for (batch, bytes) in [
        (TOO_MANY, "1152921504606846976 bytes"),
        (1 << 60, "more bytes than can be addressed"),
        (usize::MAX / 16, "more bytes than can be addressed"),
        (usize::MAX / 16 + 2, "more bytes than can be addressed"),
        (usize::MAX - 1, "more bytes than can be addressed"),
        (usize::MAX, "more bytes than can be addressed"),
    ] {
        let expected = format!("{outputs} {batch} images, expected {bytes}");
        assert_eq!(Network::try_session(&net, batch).unwrap_err().to_string(), expected);
        let other: Tiny = Network::new(1);
        assert_eq!(Network::try_into_session(other, batch).unwrap_err().to_string(), expected);
    }
    // A system may promise so much, or not.
    match Network::try_session(&net, 1 << 34) {
        Ok(mut session) => assert!(session.run(images(2).view()).is_ok()),
        Err(Error::Memory { network: "Tiny", images, .. }) => assert_eq!(images, 1 << 34),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(Network::try_session(&net, 4).expect("a little memory").batch(), 4);
    assert_eq!(Network::try_into_session(net, 4).expect("a little memory").batch(), 4);
}

#[test]
fn passes_without_memory_are_typed_errors() {
    let net: Tiny = Network::new(1);
    let image = images(1);
    let x = repeated(&image, TOO_MANY);
    let expected = format!(
        "`Tiny`: found no memory for the outputs of {TOO_MANY} images, expected {} bytes",
        TOO_MANY * 16
    );
    assert_eq!(Network::try_forward(&net, x).unwrap_err().to_string(), expected);
    let expected = format!(
        "`Tiny`: found no memory for the values of a label of {TOO_MANY} images, expected {} bytes",
        TOO_MANY * 16
    );
    assert_eq!(Network::features(&net, "out", x).unwrap_err().to_string(), expected);
    // As many as an array can have.
    let most = isize::MAX as usize / 6;
    let error = Network::try_forward(&net, repeated(&image, most)).unwrap_err();
    assert!(
        matches!(error, Error::Memory { bytes: None, images, .. } if images == most),
        "{error}"
    );
    assert!(matches!(
        Network::features(&net, "out", repeated(&image, most)).unwrap_err(),
        Error::Memory { .. }
    ));
}

#[test]
#[should_panic(expected = "`Tiny`: found no memory for the outputs of 18446744073709551615 images")]
fn session_panics_with_the_text_of_the_error() {
    Network::session(&Tiny::new(1), usize::MAX);
}

#[test]
#[should_panic(expected = "`Tiny`: found no memory for the outputs of 72057594037927936 images")]
fn forward_panics_with_the_text_of_the_error() {
    Network::forward(&Tiny::new(1), repeated(&images(1), TOO_MANY));
}

#[test]
fn sizes_beyond_all_numbers_are_the_largest_one() {
    let room = Room { image: 1 << 60, leaf: 1 << 62, batch: 7, thread: 1 << 62 };
    let rooms: &'static [(usize, Room)] = &[(1 << 62, Room { image: 3, ..Room::NONE })];
    let plan = |arena, rooms| InferencePlan { arena, rooms, ..Tiny::INFERENCE[1] };
    for floats in [
        room.len(16, 4),
        room.len(1, 4),
        plan(usize::MAX / 2, &[]).floats(16, 1),
        plan(0, rooms).floats(16, 1),
        workspace(Tiny::INFERENCE, usize::MAX, usize::MAX),
        Tiny::TRAINING.floats(usize::MAX, 1),
    ] {
        assert_eq!(floats, usize::MAX);
    }
    assert_eq!(plan(10, &[]).floats(16, 1), 160);
    assert_eq!(workspace(Tiny::INFERENCE, 1, 1), 4 * 10);
}
