// SPDX-License-Identifier: MIT OR Apache-2.0
//! Ops at random, from a seed.

use crate::recording::Live;
use bento_abi::fuse::{self, fattr, opcode};
use zerocopy::IntoBytes;

/// A small generator (splitmix64): the same seed, the same ops.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % sides
    }
}

/// `count` ops of one thread in the directory `home`, which other threads may use too.
pub fn run(live: &Live, thread: u32, home: u64, seed: u64, count: u32) {
    let mut dice = Dice(seed);
    let mut open: Vec<(u64, u64)> = Vec::new();
    let mut known: Vec<u64> = Vec::new();
    for _ in 0..count {
        let name = format!("n{}", dice.roll(24));
        match dice.roll(16) {
            0 | 1 => {
                if let Some(file) = live.create(thread, home, &name) {
                    open.push(file);
                    known.push(file.0);
                }
            }
            2 => {
                live.mkdir(thread, home, &name);
            }
            3 | 4 => {
                let node = live.lookup(thread, home, &name);
                if node != 0 {
                    known.push(node);
                }
            }
            5..=7 => {
                if let Some(&file) = pick(&open, &mut dice) {
                    let bytes = vec![dice.roll(5) as u8; 1 + dice.roll(9000) as usize];
                    live.write(thread, file, dice.roll(200_000), &bytes);
                }
            }
            8 => {
                if let Some(&file) = pick(&open, &mut dice) {
                    live.read(thread, file, dice.roll(200_000), 1 + dice.roll(20_000) as u32);
                }
            }
            9 => {
                live.op(thread, opcode::UNLINK, home, &[], &name);
            }
            10 => {
                let other = format!("n{}", dice.roll(24));
                let args = fuse::Rename2In { newdir: home, flags: 0, padding: 0 };
                live.op2(thread, opcode::RENAME2, home, args.as_bytes(), &name, &other);
            }
            11 => {
                if let Some(&file) = pick(&open, &mut dice) {
                    let args = fuse::SetattrIn {
                        valid: fattr::SIZE | fattr::FH,
                        fh: file.1,
                        size: dice.roll(150_000),
                        ..Default::default()
                    };
                    live.op(thread, opcode::SETATTR, file.0, args.as_bytes(), "");
                }
            }
            12 => live.list(thread, home, 200 + dice.roll(800) as u32),
            13 => {
                if let Some(&node) = pick(&known, &mut dice) {
                    live.getattr(thread, node);
                }
            }
            14 => {
                if !open.is_empty() {
                    let at = dice.roll(open.len() as u64) as usize;
                    live.release(thread, open.swap_remove(at));
                }
            }
            _ => {
                live.op2(thread, opcode::SYMLINK, home, &[], &name, "where/it/leads");
            }
        }
    }
    for file in open {
        live.release(thread, file);
    }
}

fn pick<'a, T>(list: &'a [T], dice: &mut Dice) -> Option<&'a T> {
    if list.is_empty() { None } else { list.get(dice.roll(list.len() as u64) as usize) }
}

/// Several threads in one directory.
pub fn run_threads(live: &Live, threads: u32, seed: u64, count: u32) {
    let shared = live.mkdir(0, 1, "shared");
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || run(live, thread, shared, seed + u64::from(thread), count));
        }
    });
}
