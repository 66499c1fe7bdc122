// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Random ops against a model, with unmounts, hand-overs and full checks in between.

mod support;

use support::client::Client;
use support::device;
use support::model::{Model, read_tree};
use support::module::{fsck, mkfs};

fn run(seed: u64, mib: usize, rounds: u64, steps: u64) {
    let dev = device::add(vec![0xC3; mib << 20]);
    mkfs(dev, "inode_ratio=8192").unwrap();
    let mut fs = Client::mount(dev).unwrap();
    let mut model = Model::new(seed);
    for round in 0..rounds {
        for _ in 0..steps {
            model.step(&fs);
            support::ks::CLOCK.fetch_add(10_000_000, std::sync::atomic::Ordering::Relaxed);
        }
        if round % 3 == 0 {
            model.let_go();
            fs.unmount().unwrap();
            assert_eq!(fsck(dev), (0, String::new()), "seed {seed} round {round}");
            fs = Client::mount(dev).unwrap();
        } else {
            // Handing over changes nothing, and what is handed over is everything.
            let state = fs.export();
            let next = Client::import(dev, &state).unwrap();
            fs.discard();
            assert!(next.export() == state, "seed {seed} round {round}: what was handed over is not all");
            fs = next;
        }
        assert!(read_tree(&fs) == model.tree.named(), "seed {seed} round {round}: the trees differ");
    }
    model.let_go();
    fs.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()), "seed {seed}");
    device::remove(dev);
}

#[test]
fn random_ops_agree_with_the_model() {
    for seed in 1..=4 {
        run(seed * 7919, 48, 9, 400);
    }
}

#[test]
fn two_runs_of_the_same_ops_write_the_same_device() {
    let image = |seed: u64| {
        let dev = device::add(vec![0; 16 << 20]);
        mkfs(dev, "").unwrap();
        let fresh = device::state(dev).lock().unwrap().medium.clone();
        (dev, fresh, seed)
    };
    let (first, fresh, seed) = image(5);
    let second = device::add(fresh);
    let mut media = Vec::new();
    for (dev, hand_over) in [(first, false), (second, true)] {
        let mut model = Model::new(seed);
        model.max_file = 60_000;
        let fs = Client::mount(dev).unwrap();
        // The clock of other tests does not stand still, so trees and places of blocks are compared, not times.
        let mut fs = Some(fs);
        for step in 0..600 {
            model.step(fs.as_ref().unwrap());
            if hand_over && step % 97 == 0 {
                let old = fs.take().unwrap();
                fs = Some(Client::import(dev, &old.export()).unwrap());
                old.discard();
            }
        }
        let fs = fs.unwrap();
        let tree = read_tree(&fs);
        let places: Vec<Vec<u64>> = tree
            .nodes
            .iter()
            .filter(|(_, node)| matches!(node.content, support::model::Content::File(_)))
            .map(|(&ino, _)| (0..16).map(|block| fs.bmap(ino, block).unwrap()).collect())
            .collect();
        media.push((tree, places, fs.statfs()));
        fs.unmount().unwrap();
        assert_eq!(fsck(dev), (0, String::new()));
    }
    assert!(media[0] == media[1], "handing over changed what came after");
}
