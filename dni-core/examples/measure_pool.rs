//! Measures the pool natively: `cargo run --release -p dni-core --example measure_pool`.
//!
//! Prints one JSON object:
//!
//! - `pools`: one entry for 10, 1,000 and 100,000 numbers, each with
//!   - `numbers`;
//!   - `new_lease_ns`, `new_leases_per_second`: a visitor the pool does not know gets the number that has been unused for
//!     longest, every number having been leased before;
//!   - `renew_ns`, `renewals_per_second`: a sign of life that extends the lease;
//!   - `resolve_ns`, `resolves_per_second`: whom a call to a leased number belongs to;
//!   - `bytes_per_number`: memory of the pool in which each number has had one lease, divided by the numbers;
//!   - `bytes_per_further_lease`: what each further lease of a number adds, up to the 32 that are kept.
//! - `simulation`: `hours` of the default scenario at 60 visitors an hour, `hours_per_second` of them simulated,
//!   `visitors_per_second`.
//!
//! Times are the median over batches of up to 1,000 operations, so short that on a shared machine most of them run without
//! a break.
#![allow(clippy::disallowed_methods, reason = "a measuring program reads the clock")]
#![allow(unsafe_code, reason = "an allocator that counts is unsafe by its trait")]

use core::hint::black_box;
use core::time::Duration;
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{Granted, Lease, LeaseContext, Overflow, Policy, Pool, PoolRules, Scenario, simulate};
use dni_core::time::Millis;

const SIZES: [u32; 3] = [10, 1_000, 100_000];
/// Runs of the simulation.
const ROUNDS: u32 = 5;
/// Operations of each kind that are measured at least.
const OPERATIONS: u32 = 300_000;
/// Operations of a batch at most.
const BATCH: usize = 1_000;
const START: Millis = Millis::from_unix_ms(1_790_000_000_000);
/// After this every lease of the default rules has ended and every number has rested.
const A_TURN: Duration = Duration::from_hours(2);

#[global_allocator]
static COUNTED: Counted = Counted;
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator with a count of the bytes in use.
struct Counted;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the trait's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the trait's contract.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn main() -> ExitCode {
    let Some(json) = measured() else {
        eprintln!("the pool did not give the numbers that it should; nothing was measured.");
        return ExitCode::FAILURE;
    };
    println!("{json}");
    ExitCode::SUCCESS
}

fn measured() -> Option<String> {
    let pools: Option<Vec<_>> =
        SIZES.into_iter().map(|size| Measured::of(size).map(|measured| measured.json())).collect();
    Some(format!("{{\"pools\":[{}],\"simulation\":{}}}", pools?.join(","), simulation()?))
}

/// What was measured of one size.
struct Measured {
    numbers: u32,
    lease: f64,
    renew: f64,
    resolve: f64,
    bytes_per_number: f64,
    bytes_per_further_lease: f64,
}

impl Measured {
    fn of(size: u32) -> Option<Self> {
        let numbers: Vec<_> = (0..size).filter_map(|at| E164::parse(&format!("+999{at:07}")).ok()).collect();
        let before = IN_USE.load(Ordering::Relaxed);
        let mut world =
            World { pool: Pool::new(PoolRules::default(), &numbers, Overflow::default()), visitors: 0, now: START };
        let first = world.lease_all(size)?;
        let with_one = IN_USE.load(Ordering::Relaxed) - before - bytes_of(&first);
        drop(first);
        let [lease, renew, resolve] = world.measure(size)?;
        // Whatever was measured, every number has had more leases than are kept by then.
        for _ in 0..32 {
            world.lease_all(size)?;
        }
        let with_all = IN_USE.load(Ordering::Relaxed) - before;
        let each = |bytes: usize| to_float(bytes) / f64::from(size);
        Some(Self {
            numbers: size,
            lease,
            renew,
            resolve,
            bytes_per_number: each(with_one),
            bytes_per_further_lease: (each(with_all) - each(with_one)) / 31.0,
        })
    }

    fn json(&self) -> String {
        let Self { numbers, lease, renew, resolve, bytes_per_number, bytes_per_further_lease } = self;
        let rate = |ns: &f64| 1e9 / ns;
        format!(
            "{{\"numbers\":{numbers},\"new_lease_ns\":{lease:.1},\"new_leases_per_second\":{:.0},\"renew_ns\":{renew:.1},\
             \"renewals_per_second\":{:.0},\"resolve_ns\":{resolve:.1},\"resolves_per_second\":{:.0},\
             \"bytes_per_number\":{bytes_per_number:.1},\"bytes_per_further_lease\":{bytes_per_further_lease:.1}}}",
            rate(lease),
            rate(renew),
            rate(resolve)
        )
    }
}

struct World {
    pool: Pool,
    visitors: u64,
    now: Millis,
}

impl World {
    /// Leases every number to a visitor of its own, all of them new, and returns the leases.
    fn lease_all(&mut self, size: u32) -> Option<Vec<Lease>> {
        self.now = self.now.after(A_TURN);
        let mut leases = Vec::with_capacity(usize::try_from(size).ok()?);
        for _ in 0..size {
            let visitor = self.next_visitor();
            match self.pool.lease(&visitor, &LeaseContext::default(), self.now) {
                Granted::Leased { lease, .. } => leases.push(lease),
                Granted::Overflow(_) | Granted::Exhausted => return None,
            }
        }
        Some(leases)
    }

    /// Returns nanoseconds of a lease, a renewal and an answer to a call.
    fn measure(&mut self, size: u32) -> Option<[f64; 3]> {
        let mut batches = [Vec::new(), Vec::new(), Vec::new()];
        let [new, renewed, resolved] = &mut batches;
        for _ in 0..OPERATIONS.div_ceil(size) {
            let visitors: Vec<_> = (0..size).map(|_| self.next_visitor()).collect();
            self.now = self.now.after(A_TURN);
            time(&visitors, new, |visitor| {
                black_box(self.pool.lease(visitor, &LeaseContext::default(), self.now));
            });
            let leases: Option<Vec<_>> = visitors.iter().map(|visitor| self.leased(visitor)).collect();
            let mut leases = leases?;
            // In no order that the pool knows.
            leases.sort_by_key(|lease| mixed(lease.number.digits()));
            self.now = self.now.after(Duration::from_mins(10));
            time(&leases, renewed, |lease| {
                black_box(self.pool.sign_of_life(lease.number, lease.since, &lease.visitor, self.now));
            });
            time(&leases, resolved, |lease| {
                black_box(self.pool.resolve(lease.number, self.now, None));
            });
        }
        Some(batches.map(median))
    }

    fn leased(&mut self, visitor: &VisitorId) -> Option<Lease> {
        match self.pool.lease(visitor, &LeaseContext::default(), self.now) {
            Granted::Leased { lease, .. } => Some(lease),
            Granted::Overflow(_) | Granted::Exhausted => None,
        }
    }

    /// Ids as browsers make them: spread all over.
    fn next_visitor(&mut self) -> VisitorId {
        self.visitors += 1;
        let (upper, lower) = (spread(self.visitors), spread(!self.visitors));
        VisitorId::from_bits(u128::from(upper) << 64 | u128::from(lower))
    }
}

/// Times `act` on each thing, in batches, and adds the nanoseconds of one of each batch.
fn time<T>(things: &[T], batches: &mut Vec<f64>, mut act: impl FnMut(&T)) {
    for batch in things.chunks(BATCH) {
        let begun = Instant::now();
        batch.iter().for_each(&mut act);
        batches.push(begun.elapsed().as_secs_f64() * 1e9 / to_float(batch.len()));
    }
}

fn median(mut batches: Vec<f64>) -> f64 {
    batches.sort_by(f64::total_cmp);
    batches.get(batches.len() / 2).copied().unwrap_or_default()
}

fn simulation() -> Option<String> {
    let mut best = Duration::MAX;
    let mut outcome = None;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        outcome = simulate(&Scenario::default(), Policy::Pool).ok();
        best = best.min(begun.elapsed());
    }
    let (hours, seconds) = (outcome?.span.as_secs_f64() / 3600.0, best.as_secs_f64());
    let visitors = f64::from(outcome?.visitors);
    Some(format!(
        "{{\"hours\":{hours:.1},\"hours_per_second\":{:.0},\"visitors_per_second\":{:.0}}}",
        hours / seconds,
        visitors / seconds
    ))
}

fn bytes_of(leases: &Vec<Lease>) -> usize {
    leases.capacity() * size_of::<Lease>() + leases.iter().map(|lease| lease.visitor.as_str().len()).sum::<usize>()
}

fn mixed(digits: &str) -> u64 {
    spread(digits.bytes().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

fn spread(value: u64) -> u64 {
    let value = (value ^ value >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (value ^ value >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53 bytes")]
fn to_float(bytes: usize) -> f64 {
    bytes as f64
}
