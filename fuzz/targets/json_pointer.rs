#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vestibule_server::fuzzing::json_pointer(data));
