//! Signs the token of an application, by the runtime's own cryptography: that takes the same time whatever the key.

use call_router::after_call::TaskError;
use call_router::carrier::rest::{Application, RestError, signed_token};
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};
use worker::js_sys::{Array, Object, Reflect, Uint8Array, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

use super::task_errors::not_asked;
use crate::clock::now;

/// What the standard calls RS256; the hash is a part of the key.
const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";
const HASH: &str = "SHA-256";

/// Makes a token for one request.
pub async fn token(application: &Application) -> Result<String, TaskError> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|_| unsigned())?;
    let text = application.unsigned_token(now(), random);
    let crypto = crypto().ok_or_else(unsigned)?;
    // Whatever the runtime says about a key is not repeated: it may hold a part of it.
    let key =
        import(&crypto, application.key()).await.map_err(|_| not_asked(RestError::BadKey("VONAGE_PRIVATE_KEY")))?;
    let signature = sign(&crypto, &key, text.as_bytes()).await.map_err(|_| unsigned())?;
    Ok(signed_token(&text, &signature))
}

async fn import(crypto: &SubtleCrypto, key: &[u8]) -> Result<CryptoKey, JsValue> {
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into())?;
    Reflect::set(&algorithm, &"hash".into(), &HASH.into())?;
    let usages = Array::of1(&"sign".into());
    let import = crypto.import_key_with_object("pkcs8", &Uint8Array::from(key), &algorithm, false, &usages)?;
    JsFuture::from(import).await?.dyn_into()
}

async fn sign(crypto: &SubtleCrypto, key: &CryptoKey, text: &[u8]) -> Result<Vec<u8>, JsValue> {
    let signature = JsFuture::from(crypto.sign_with_str_and_u8_array(ALGORITHM, key, text)?).await?;
    Ok(Uint8Array::new(&signature).to_vec())
}

fn crypto() -> Option<SubtleCrypto> {
    Some(global().unchecked_into::<WorkerGlobalScope>().crypto().ok()?.subtle())
}

fn unsigned() -> TaskError {
    TaskError::passing("not_signed", "The worker could not sign its request to the carrier.")
}
