//! How much of the machine a run has used: with half of it idle, the stages wait for something.

use std::fs;
use std::thread;

/// Linux counts processor time for programs in this unit, whatever its own clock.
const TICKS_PER_SECOND: f64 = 100.0;

/// A sentence on the processor time of this program and all those it has waited for; nothing where the system does not tell.
pub fn usage(seconds: f64) -> Option<String> {
    let used = processor_seconds(&fs::read_to_string("/proc/self/stat").ok()?)?;
    let cores = u32::try_from(thread::available_parallelism().ok()?.get()).ok()?;
    let share = 100.0 * used / (seconds * f64::from(cores));
    Some(format!("{used:.0} s of processor time in {seconds:.0} s: {share:.0} % of {cores} cores"))
}

/// The time in user and system mode, own and children's: fields 14 to 17 of `/proc/self/stat`.
fn processor_seconds(stat: &str) -> Option<f64> {
    // The program's name may hold anything; the fields are counted from behind its bracket, which closes field 2.
    let (_, fields) = stat.rsplit_once(')')?;
    let times: Vec<f64> = fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    (times.len() == 4).then(|| times.iter().sum::<f64>() / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_own_time_and_childrens() {
        let stat = "42 (a ) b) S 1 1 1 0 -1 4194560 100 200 0 0 150 50 300 100 20 0 1 0 5 6 7";
        assert_eq!(processor_seconds(stat), Some(6.0));
        assert_eq!(processor_seconds("42 (x) S 1"), None);
    }
}
