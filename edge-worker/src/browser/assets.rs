//! The browser's files, built into the worker and compressed beforehand.

use worker::{EncodeBody, Response, ResponseBuilder};

use crate::problem::Problem;
use crate::routes::{Asked, Replied};

include!(concat!(env!("DNI_EMBED"), "/names.rs"));

/// A file with its compressed forms.
struct File {
    content_type: &'static str,
    raw: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:literal) => {
        File {
            content_type: $content_type,
            raw: include_bytes!(concat!(env!("DNI_EMBED"), "/", $name)),
            brotli: include_bytes!(concat!(env!("DNI_EMBED"), "/", $name, ".br")),
            gzip: include_bytes!(concat!(env!("DNI_EMBED"), "/", $name, ".gz")),
        }
    };
}

const TAG: File = file!("tag.js", "text/javascript; charset=utf-8");
const GLUE: File = file!("glue.js", "text/javascript; charset=utf-8");
const WASM: File = file!("dni.wasm", "application/wasm");

/// The tag's name never changes, so browsers look again after five minutes.
const FOR_FIVE_MINUTES: &str = "public, max-age=300, stale-while-revalidate=86400";
/// The others carry their content's hash in their name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `GET /dni.js`.
pub fn tag(asked: &Asked) -> Replied {
    serve(&TAG, FOR_FIVE_MINUTES, asked)
}

/// `GET /dni-<hash>.js` and `GET /dni-<hash>.wasm`.
pub fn asset(asked: &Asked) -> Replied {
    let file = match asked.parameter() {
        name if name == GLUE_FILE => &GLUE,
        name if name == WASM_FILE => &WASM,
        _ => return Err(Problem::NoSuchRoute),
    };
    serve(file, FOR_EVER, asked)
}

fn serve(file: &File, cache: &str, asked: &Asked) -> Result<Response, Problem> {
    let accepted = asked.header("Accept-Encoding")?;
    let accepts =
        |coding: &str| accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == coding));
    let (body, coding) = if accepts("br") {
        (file.brotli, Some("br"))
    } else if accepts("gzip") {
        (file.gzip, Some("gzip"))
    } else {
        (file.raw, None)
    };
    let mut builder = ResponseBuilder::new()
        .with_header("Content-Type", file.content_type)?
        .with_header("Cache-Control", cache)?
        .with_header("Access-Control-Allow-Origin", "*")?
        .with_header("Cross-Origin-Resource-Policy", "cross-origin")?
        .with_header("X-Content-Type-Options", "nosniff")?
        .with_header("Vary", "Accept-Encoding")?;
    if let Some(coding) = coding {
        builder = builder.with_header("Content-Encoding", coding)?.with_encode_body(EncodeBody::Manual);
    }
    Ok(builder.fixed(body.to_vec()))
}
