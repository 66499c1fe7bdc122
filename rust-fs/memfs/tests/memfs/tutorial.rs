// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The tutorial shows memfs as it is.

const SOURCES: [&str; 10] = [
    include_str!("../../module/lib.rs"),
    include_str!("../../src/content.rs"),
    include_str!("../../src/directory.rs"),
    include_str!("../../src/inode.rs"),
    include_str!("../../src/lib.rs"),
    include_str!("../../src/listing.rs"),
    include_str!("../../src/rename.rs"),
    include_str!("../../src/space.rs"),
    include_str!("../../src/state.rs"),
    include_str!("../../src/tree.rs"),
];

#[test]
fn every_piece_of_code_in_the_tutorial_is_in_the_sources() {
    let text = include_str!("../../../../docs/tutorial.md");
    let pieces: Vec<&str> = text.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(pieces.len() >= 8, "only {} pieces of code were found", pieces.len());
    for piece in pieces {
        assert!(SOURCES.iter().any(|source| source.contains(piece)), "not in the sources:\n{piece}");
    }
}
