//! Measuring for the programs of `benches/`: contenders that take turns in one run, so that what else the machine does
//! hits all of them alike, and a ratio means something on any machine. No test asserts a time.

use std::time::{Duration, Instant};

/// A moment from which on time is taken.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "benches measure; this is their one clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// One of those that take turns: a name, and work for the item of that number.
pub struct Contender<'a> {
    name: String,
    work: Box<dyn FnMut(usize) + 'a>,
}

impl<'a> Contender<'a> {
    /// Work under a name.
    pub fn new(name: impl Into<String>, work: impl FnMut(usize) + 'a) -> Self {
        Self { name: name.into(), work: Box::new(work) }
    }
}

/// What was measured of one contender.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Nanoseconds per item: median over all slices.
    pub nanos: f64,
    /// How often it did in a time what the first contender did once: median over slices, each slice compared with the
    /// first contender's turn at the same items right beside it.
    pub ratio: f64,
    /// The middle half of these ratios.
    pub spread: (f64, f64),
}

impl Measured {
    /// Items per second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        1e9 / self.nanos
    }
}

/// Lets them all do `items` items in `rounds` rounds, taking turns after every `slice` items; who begins changes. One
/// round more goes before and is not counted.
pub fn race(mut contenders: Vec<Contender<'_>>, items: usize, slice: usize, rounds: usize) -> Vec<Measured> {
    let count = contenders.len();
    let mut nanos: Vec<Vec<f64>> = vec![Vec::new(); count];
    for round in 0..=rounds {
        for (turn, from) in (0..items).step_by(slice).enumerate() {
            let to = (from + slice).min(items);
            for place in 0..count {
                let who = (place + turn + round) % count;
                let work = &mut contenders[who].work;
                let watch = Stopwatch::start();
                (from..to).for_each(&mut *work);
                let spent = watch.elapsed();
                if round > 0 {
                    nanos[who].push(spent.as_nanos() as f64 / (to - from) as f64);
                }
            }
        }
    }
    let measure = |(contender, own): (&Contender<'_>, &Vec<f64>)| {
        let ratios: Vec<f64> = nanos[0].iter().zip(own).map(|(first, own)| first / own).collect();
        Measured {
            name: contender.name.clone(),
            nanos: quantile(own, 0.5),
            ratio: quantile(&ratios, 0.5),
            spread: (quantile(&ratios, 0.25), quantile(&ratios, 0.75)),
        }
    };
    contenders.iter().zip(&nanos).map(measure).collect()
}

/// The value below which that part of the values lies.
#[must_use]
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// Prints them as a table, ratios first.
pub fn print(title: &str, measured: &[Measured]) {
    println!("\n{title}");
    println!("  {:>6}  {:>13}  {:>11}  {:>9}  what", "ratio", "middle half", "per second", "us each");
    for one in measured {
        println!(
            "  {:>6.3}  {:>5.3} - {:>5.3}  {:>11.0}  {:>9.2}  {}",
            one.ratio,
            one.spread.0,
            one.spread.1,
            one.per_second(),
            one.nanos / 1e3,
            one.name
        );
    }
}

/// Says whether an aim was met.
pub fn aim(what: &str, ratio: f64, aim: f64) {
    let word = if ratio >= aim { "met" } else { "NOT met" };
    println!("  aim {aim:.2}: {word} ({ratio:.3}) - {what}");
}
