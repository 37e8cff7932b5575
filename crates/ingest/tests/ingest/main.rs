//! Every source on its samples, damaged in every way, and on thirty years of real files where they are at hand.

mod damage;
mod details;
mod games;
mod mappings;
mod payloads;
mod real_files;
mod samples;
