//! What makes and recognises speech, for the test of transcripts: real sound, really listened to.

use crate::run;

/// Speaks, recognises, and fits the sound of one to the other.
const PROGRAMS: [&str; 3] = ["espeak-ng", "pocketsphinx_continuous", "sox"];
/// What Debian brings them in, and the recogniser's model of English.
const PACKAGES: [&str; 4] = ["espeak-ng", "pocketsphinx", "pocketsphinx-en-us", "sox"];

/// Installs Debian's packages where something is missing and that is allowed. Without them that test is skipped, and says so.
pub fn ensure() {
    if PROGRAMS.iter().all(|program| run::find_on_path(program).is_some()) {
        return;
    }
    if let Err(error) = super::apt::install("what makes and recognises speech", &PACKAGES) {
        println!("nothing is transcribed in the tests ({error:#})");
    }
}
