use super::*;
use crate::train::optimizer::reference;

/// The slices of what is kept.
fn slices(kept: &mut [Vec<f32>; MOST_KEPT]) -> [&mut [f32]; MOST_KEPT] {
    kept.each_mut().map(Vec::as_mut_slice)
}

/// What an optimizer keeps for `n` parameters.
fn kept(optimizer: &dyn Optimizer, n: usize) -> [Vec<f32>; MOST_KEPT] {
    let mut left = optimizer.kept();
    [(); MOST_KEPT].map(|()| {
        let len = if left > 0 { n } else { 0 };
        left = left.saturating_sub(1);
        vec![0.0; len]
    })
}

#[test]
fn every_step_is_pytorchs() {
    let mut seen = 0;
    reference::optimizers(|name, optimizer: &dyn Optimizer, expected| {
        optimizer.check().expect(name);
        let (rows, columns) = reference::SHAPE;
        let mut params = reference::START;
        let mut kept = kept(optimizer, params.len());
        for (t, (gradients, expected)) in reference::GRADIENTS.iter().zip(expected).enumerate() {
            let dims = [rows, columns];
            let step = Update::new(optimizer.rate(), t as u64 + 1, &dims);
            let step = step.weight_decay(optimizer.decay());
            optimizer.update(&step, &mut params, gradients, slices(&mut kept));
            for (p, e) in params.iter().zip(expected) {
                let tolerance = if name.starts_with("Muon") { 2e-2 } else { 5e-7 };
                let close = (p - e).abs() <= tolerance * e.abs().max(1.0);
                assert!(close, "{name}, step {t}: {params:?}, expected {expected:?}");
            }
        }
        seen += 1;
    });
    assert_eq!(seen, reference::OPTIMIZERS);
}

#[test]
fn what_never_had_a_gradient_stays_where_it_is() {
    let all: [Box<dyn Optimizer>; 10] = [
        Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(0.1)),
        Box::new(Adam::new(0.1).weight_decay(0.1)),
        Box::new(AdamW::new(0.1)),
        Box::new(Adam::new(0.1).epsilon(0.0)),
        Box::new(AdamW::new(0.1).epsilon(0.0)),
        Box::new(RmsProp::new(0.1).momentum(0.9)),
        Box::new(RmsProp::new(0.1).centered().epsilon(0.0)),
        Box::new(Adagrad::new(0.1).epsilon(0.0)),
        Box::new(Lars::new(0.1)),
        Box::new(Muon::new(0.1)),
    ];
    for optimizer in all {
        let mut params = [1.0, 0.0];
        let mut kept = kept(&*optimizer, 2);
        for t in 1..4 {
            let step = Update::new(0.1, t, &[2]).weight_decay(optimizer.decay());
            optimizer.update(&step, &mut params, &[1.0, 0.0], slices(&mut kept));
        }
        assert_eq!(params[1].to_bits(), 0, "{optimizer:?}");
        assert!(params[0] < 1.0, "{optimizer:?}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_named() {
    let text = |optimizer: &dyn Optimizer| optimizer.check().unwrap_err().to_string();
    for (optimizer, expected) in [
        (&Sgd::new(f32::NAN) as &dyn Optimizer, "rate of `Sgd`: found NaN"),
        (&Sgd::new(0.1).momentum(1.5), "momentum of `Sgd`: found 1.5"),
        (&Sgd::new(0.1).nesterov(), "momentum of `Sgd`: found 0"),
        (&Sgd::new(0.1).momentum(0.9).nesterov().dampening(0.1), "dampening of `Sgd`: found 0.1"),
        (&RmsProp::new(0.1).smoothing(1.0), "smoothing of `RmsProp`: found 1"),
        (&Adagrad::new(0.1).slowing(-1.0), "slowing of `Adagrad`: found -1"),
        (&Lars::new(0.1).trust(0.0), "trust of `Lars`: found 0"),
        (&Muon::new(0.1).iterations(0), "iterations of `Muon`: found 0"),
    ] {
        let found = text(optimizer);
        assert!(found.starts_with(expected), "{found}");
    }
}
