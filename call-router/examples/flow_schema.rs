//! Prints the JSON Schema of a call flow as the npm package ships it:
//!
//! ```sh
//! cargo run --package call-router --features schema --example flow_schema > dni-wasm/npm/flow.schema.json
//! ```

fn main() {
    println!("{:#}", call_router::flow::schema::schema().as_value());
}
