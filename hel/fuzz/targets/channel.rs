#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hel_fuzz::script::channel(data));
