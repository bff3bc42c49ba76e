//! The browser's files, built into the worker and compressed beforehand.

use std::cell::Cell;

use edge_core::keys::KvKey;
use worker::{EncodeBody, KvError, KvStore, ResponseBuilder};

use crate::http::extract::anyone::Anyone;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;

/// Hexadecimal digits of the hash in a name.
const HASH_DIGITS: usize = 12;
/// The store in which the files of earlier builds are found.
const ARCHIVE: &str = "CONFIG";

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
const WASM: File = file!("wasm.wasm", "application/wasm");
const EXTRAS: File = file!("extras.js", "text/javascript; charset=utf-8");
const DOCTOR: File = file!("doctor.js", "text/javascript; charset=utf-8");
const INLINE: File = file!("inline.js", "text/javascript; charset=utf-8");
const MANIFEST: File = file!("manifest.json", "application/json; charset=utf-8");

/// A tag's name never changes, so browsers look again after five minutes.
const FOR_FIVE_MINUTES: &str = "public, max-age=300, stale-while-revalidate=86400";
/// The others carry their content's hash in their name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

thread_local! {
    /// Whether this build's files are known to be in the archive.
    static IS_ARCHIVED: Cell<bool> = const { Cell::new(false) };
}

/// The files whose names carry their content's hash.
const PINNED: [(&str, &File); 6] = [
    (TAG_FILE, &TAG),
    (GLUE_FILE, &GLUE),
    (WASM_FILE, &WASM),
    (EXTRAS_FILE, &EXTRAS),
    (DOCTOR_FILE, &DOCTOR),
    (INLINE_FILE, &INLINE),
];

/// `GET /dni.js`.
pub async fn script(anyone: Anyone) -> Outcome {
    archive(anyone.request());
    TAG.serve(FOR_FIVE_MINUTES, anyone.request())
}

/// `GET /dni.inline.js`.
pub async fn inline_script(anyone: Anyone) -> Outcome {
    archive(anyone.request());
    INLINE.serve(FOR_FIVE_MINUTES, anyone.request())
}

/// `GET /dni-<hash>.js`, `GET /dni-<hash>.wasm` and `GET /manifest.json`.
///
/// Files of earlier builds are answered too: a page that names one by its hash, or a tag that a browser still keeps, must not
/// find it gone after a deployment.
pub async fn asset(anyone: Anyone, Path(name): Path<String>) -> Outcome {
    let (request, name) = (anyone.request(), name.as_str());
    if name == "manifest.json" {
        return MANIFEST.serve(FOR_FIVE_MINUTES, request);
    }
    if let Some((_, file)) = PINNED.iter().find(|(pinned, _)| *pinned == name) {
        archive(request);
        return file.serve(FOR_EVER, request);
    }
    if !is_pinned_name(name) {
        return Err(Problem::NoSuchRoute);
    }
    let archived =
        request.env().kv(ARCHIVE)?.get(KvKey::asset(name).as_str()).bytes().await.map_err(Problem::unavailable)?;
    let body = archived.ok_or(Problem::NoSuchRoute)?;
    let content_type = if is_wasm(name) { WASM.content_type } else { TAG.content_type };
    Ok(headers(content_type, FOR_EVER)?.fixed(body))
}

/// Puts this build's files where later builds find them, once; behind the answer.
fn archive(request: &Request) {
    if IS_ARCHIVED.replace(true) {
        return;
    }
    let Ok(store) = request.env().kv(ARCHIVE) else { return };
    request.wait_until(async move {
        if put_missing(&store).await.is_err() {
            // The next request tries again.
            IS_ARCHIVED.set(false);
        }
    });
}

async fn put_missing(store: &KvStore) -> Result<(), KvError> {
    for (name, file) in PINNED {
        let key = KvKey::asset(name);
        // A list reads the name alone; a get would bring the file.
        let found = store.list().prefix(key.to_string()).limit(1).execute().await?;
        if found.keys.is_empty() {
            store.put_bytes(key.as_str(), file.raw)?.execute().await?;
        }
    }
    Ok(())
}

/// Says whether a name has the form that this project's builds give: anything else is not worth asking the store for.
fn is_pinned_name(name: &str) -> bool {
    let hash =
        name.strip_prefix("dni-").and_then(|rest| rest.strip_suffix(".js").or_else(|| rest.strip_suffix(".wasm")));
    hash.is_some_and(|hash| hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_wasm(name: &str) -> bool {
    name.strip_suffix(".wasm").is_some()
}

impl File {
    fn serve(&self, cache: &str, request: &Request) -> Outcome {
        let accepted = request.header("Accept-Encoding")?;
        let accepts =
            |coding: &str| accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == coding));
        let (body, coding) = if accepts("br") {
            (self.brotli, Some("br"))
        } else if accepts("gzip") {
            (self.gzip, Some("gzip"))
        } else {
            (self.raw, None)
        };
        let mut builder = headers(self.content_type, cache)?.with_header("Vary", "Accept-Encoding")?;
        if let Some(coding) = coding {
            builder = builder.with_header("Content-Encoding", coding)?.with_encode_body(EncodeBody::Manual);
        }
        Ok(builder.fixed(body.to_vec()))
    }
}

/// Begins an answer that is for everybody.
pub(super) fn headers(content_type: &str, cache: &str) -> Result<ResponseBuilder, Problem> {
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", content_type)?
        .with_header("Cache-Control", cache)?
        .with_header("Access-Control-Allow-Origin", "*")?
        .with_header("Cross-Origin-Resource-Policy", "cross-origin")?;
    Ok(builder)
}
