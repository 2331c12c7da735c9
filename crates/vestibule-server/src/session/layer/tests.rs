mod another_person;
mod cookie;
mod exposure;
mod lifetime;
mod sign_out;

const HOUR: i64 = 3_600;
