use super::*;
use crate::train::schedule::reference;

fn assert_rates(name: &str, rates: impl Iterator<Item = f32>, expected: [f32; 12]) {
    for (step, (rate, expected)) in rates.zip(expected).enumerate() {
        let tolerance = 2e-7 * expected.max(0.01);
        assert!((rate - expected).abs() <= tolerance, "{name}, step {step}: {rate} {expected}");
    }
}

#[test]
fn every_schedule_is_pytorchs() {
    let mut seen = 0;
    reference::schedules(|name, schedule, expected| {
        schedule.check().expect(name);
        assert_rates(name, (0..12).map(|step| schedule.rate(0.1, step)), expected);
        seen += 1;
    });
    reference::plateaus(|name, schedule, expected| {
        schedule.check().expect(name);
        let rates = reference::METRICS.iter().map(|&metric| {
            schedule.observe(metric);
            schedule.rate(0.1, 0)
        });
        assert_rates(name, rates, expected);
        seen += 1;
    });
    assert_eq!(seen, reference::SCHEDULES + reference::PLATEAUS);
}

#[test]
fn last_rates_stay() {
    assert_eq!(OneCycle::new(10).rate(0.1, 1000), OneCycle::new(10).rate(0.1, 9));
    assert_eq!(Cosine::new(5).end(0.01).rate(0.1, 6), 0.01);
    assert_eq!(Polynomial::new(5, 1.0).rate(0.1, 6), 0.0);
}

#[test]
fn a_triangle_has_its_corners() {
    let triangle = Triangle::new(200).start(0.2).peak(0.25).end(0.07);
    for (step, expected) in [(0, 0.2), (25, 0.6), (50, 1.0), (125, 0.535), (200, 0.07), (900, 0.07)]
    {
        let rate = triangle.rate(1.0, step);
        assert!((rate - expected).abs() < 1e-6, "{step}: {rate}");
    }
    assert_eq!(Triangle::new(10).peak(0.0).rate(1.0, 0), 1.0);
    assert_eq!(Triangle::new(10).peak(1.0).rate(1.0, 10), 1.0);
}

#[test]
fn rates_are_numbers_however_few_the_steps() {
    for steps in 0..5 {
        let all: [Box<dyn Schedule>; 7] = [
            Box::new(OneCycle::new(steps)),
            Box::new(Cosine::new(steps)),
            Box::new(CosineRestarts::new(steps).longer(steps)),
            Box::new(Every::new(steps, 0.5)),
            Box::new(Polynomial::new(steps, 0.5)),
            Box::new(Triangle::new(steps)),
            Box::new(Constant.warm_up(steps, 0.0)),
        ];
        for schedule in all {
            for step in [0, 1, 2, 3, 4, 5, u64::MAX - 1] {
                assert!(schedule.rate(0.1, step).is_finite(), "{schedule:?} {step}");
            }
        }
    }
}

#[test]
fn what_a_schedule_has_learned_can_be_kept() {
    let fresh = || Constant.then(3, Plateau::new(0.5, 0)).warm_up(2, 0.5);
    let mut schedule = fresh();
    [3.0, 4.0, 2.0, 5.0].into_iter().for_each(|metric| schedule.observe(metric));
    let mut again = fresh();
    again.restore(&schedule.state());
    assert_eq!(again, schedule);
    assert_eq!(again.rate(1.0, 5), 0.25);
    // What cannot be of the same schedule changes nothing that matters.
    again.restore(&[]);
    again.restore(&[9.0, 1.0]);
}

#[test]
fn numbers_that_make_no_sense_are_named() {
    let text = |schedule: &dyn Schedule| schedule.check().unwrap_err().to_string();
    for (schedule, expected) in [
        (&OneCycle::new(0) as &dyn Schedule, "steps of `OneCycle`: found 0"),
        (&CosineRestarts::new(3).longer(0), "longer of `CosineRestarts`: found 0"),
        (&Every::new(0, 0.1), "steps of `Every`: found 0"),
        (&Drops::new([1], -0.1), "factor of `Drops`: found -0.1"),
        (&Exponential::new(f64::NAN), "factor of `Exponential`: found NaN"),
        (&Polynomial::new(1, 0.0), "power of `Polynomial`: found 0"),
        (&Triangle::new(1).peak(1.5), "peak of `Triangle`: found 1.5"),
        (&Plateau::new(1.5, 3), "factor of `Plateau`: found 1.5"),
        (&Constant.warm_up(3, 2.0), "start of `Schedule::warm_up`: found 2"),
        (&Constant.then(3, Cosine::new(0)), "steps of `Cosine`: found 0"),
    ] {
        let found = text(schedule);
        assert!(found.starts_with(expected), "{found}");
    }
}
