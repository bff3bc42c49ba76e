//! Who may ask: members, keys and sessions, and what each of them may do; the owner's secrets, the keys that are derived from them for
//! one purpose each, and the tokens they sign.

pub mod access_token;
pub mod api_key;
pub mod deployment_key;
pub mod id;
pub mod invitation;
pub mod member;
pub mod network;
pub mod principal;
pub mod role;
pub mod scope;
pub mod secret;
pub mod session;
pub mod signing;
pub mod site_selection;
pub mod token;
