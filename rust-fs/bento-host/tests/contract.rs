// SPDX-License-Identifier: MIT OR Apache-2.0
//! The module contract, held against the modules as they are built.

mod modules;

use bento_abi::fuse::{self, opcode};
use bento_abi::{ReplyBuf, RequestBuf};
use bento_host::device::CowDevice;
use bento_host::ks::{OpInputs, World, WorldOptions};
use bento_host::module::{Instance, Module, ModuleError};
use bento_host::trace::RequestParts;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use zerocopy::{FromBytes, IntoBytes};

/// Symbols of one kind in a module's dynamic symbol table.
fn dynamic_symbols(module: &Path, flag: &str) -> Vec<String> {
    let output = Command::new("nm").args(["-D", flag, "--format=posix"]).arg(module).output().expect("binutils' nm runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("symbol names are text");
    text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_module_imports_services_and_memory_functions_only() {
    for name in ["memfs", "tiffinfs", "tiffinfs-prov", "busy"] {
        let module = modules::module(name);
        let imports = dynamic_symbols(&module, "--undefined-only");
        assert!(imports.iter().any(|symbol| symbol.starts_with("bento_ks_")), "{name} uses no service: {imports:?}");
        let allowed =
            |symbol: &str| symbol.starts_with("bento_ks_") || ["memcpy", "memmove", "memset", "memcmp", "bcmp"].contains(&symbol);
        let strangers: Vec<_> = imports.iter().filter(|symbol| !allowed(symbol)).collect();
        assert!(strangers.is_empty(), "{name} imports {strangers:?}");
    }
}

#[test]
fn a_module_needs_no_library() {
    for name in ["memfs", "tiffinfs", "tiffinfs-prov", "busy"] {
        let output = Command::new("readelf").arg("-d").arg(modules::module(name)).output().expect("binutils' readelf runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("SONAME") || text.contains("SYMTAB"), "not a dynamic object: {text}");
        assert!(!text.contains("(NEEDED)"), "{name} needs a library:\n{text}");
    }
}

#[test]
fn a_module_exports_its_entry() {
    for name in ["memfs", "tiffinfs", "tiffinfs-prov", "busy"] {
        let exports = dynamic_symbols(&modules::module(name), "--defined-only");
        assert_eq!(exports, [bento_abi::ENTRY_SYMBOL], "{name}");
    }
}

#[test]
fn file_systems_forbid_unsafe_code() {
    for name in ["memfs", "tiffinfs", "tiffinfs-prov"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src/lib.rs");
        let text = std::fs::read_to_string(&source).expect("the source is there");
        assert!(text.contains("#![forbid(unsafe_code)]"), "{name}");
        assert!(text.contains("#![no_std]"), "{name}");
    }
}

/// One source, one meaning: nothing in a file system or the libraries under it asks in which world it runs.
#[test]
fn no_cfg_chooses_behaviour_by_world() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["memfs", "tiffinfs", "tiffinfs-prov", "libbentofs", "libbentoks", "abi"] {
        modules::each_source(&root.join(name).join("src"), &mut |path, text| {
            for (number, line) in text.lines().enumerate() {
                let chooses = line.contains("cfg(") || line.contains("cfg!(") || line.contains("cfg_attr(");
                let allowed = ["cfg(test)", "cfg(debug_assertions)", "cfg(target_arch"].iter().any(|world| line.contains(world))
                    || line.trim_start().starts_with("//");
                assert!(!chooses || allowed, "{}:{}: {line}", path.display(), number + 1);
            }
        });
    }
}

#[test]
fn an_unknown_opcode_answers_enosys() {
    for name in ["memfs", "tiffinfs", "tiffinfs-prov", "busy"] {
        let module = Module::load(&modules::module(name)).expect("loads");
        let device = module.info().needs_device.then(|| Arc::new(CowDevice::new(4096, 16_384)) as Arc<_>);
        let world = World::new(device, WorldOptions::default());
        if module.info().has_mkfs {
            let (made, _) = bento_host::module::mkfs(&module, &world, "", OpInputs::now(0));
            assert_eq!(made, Ok(Ok(())), "{name}");
        }
        let (instance, _) = Instance::create(&module, &world, "", false, OpInputs::now(0));
        let instance = instance.expect("no crash").expect("mounts");
        for unknown in [0, 7, 99, opcode::MKFS, u32::MAX] {
            let request = RequestBuf { opcode: unknown, nodeid: 1, ..modules::empty_request() };
            let mut reply = ReplyBuf::new();
            let (outcome, _) = instance.dispatch(OpInputs::now(0), &request, &mut reply);
            assert_eq!((outcome, reply.error), (Ok(()), libc::ENOSYS), "{name}, opcode {unknown}");
        }
    }
}

#[test]
fn a_batch_of_forgets_that_is_cut_short_forgets_nothing() {
    let module = Module::load(&modules::module("memfs")).expect("memfs loads");
    let world = World::new(None, WorldOptions::default());
    let made = Instance::create(&module, &world, "", false, OpInputs::now(0)).0;
    let instance = made.expect("it comes back").expect("it mounts");
    let ask = |opcode, nodeid, args: &[u8], name: &[u8]| {
        let mut reply = ReplyBuf::new();
        let mut parts = RequestParts { opcode, nodeid, args, name, ..Default::default() };
        let (outcome, _) = parts.with_raw(|raw| instance.dispatch(OpInputs::now(0), raw, &mut reply));
        outcome.expect("it comes back");
        let node = fuse::EntryOut::read_from_prefix(reply.out.as_bytes()).expect("room for an entry").0.nodeid;
        (reply.error, node)
    };
    let (_, node) = ask(opcode::MKDIR, 1, fuse::MkdirIn { mode: 0o755, umask: 0 }.as_bytes(), b"d");
    assert_eq!(ask(opcode::RMDIR, 1, &[], b"d").0, 0);
    let two = fuse::BatchForgetIn { count: 2, dummy: 0 };
    let one = fuse::ForgetOne { nodeid: node, nlookup: 1 };
    let short = [two.as_bytes(), one.as_bytes(), &[0; 15]].concat();
    assert_eq!(ask(opcode::BATCH_FORGET, 0, &short, b"").0, libc::EINVAL);
    let getattr = fuse::GetattrIn::default();
    assert_eq!(ask(opcode::GETATTR, node, getattr.as_bytes(), b"").0, 0, "removed, and still known");
    let whole = [two.as_bytes(), one.as_bytes(), one.as_bytes()].concat();
    assert_eq!(ask(opcode::BATCH_FORGET, 0, &whole, b"").0, 0);
    assert_eq!(ask(opcode::GETATTR, node, getattr.as_bytes(), b"").0, libc::ESTALE);
}

#[test]
fn what_is_not_a_module_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "not an object").expect("writes");
    assert!(matches!(Module::load(&text), Err(ModuleError::NotAModule { .. })));
    assert!(matches!(Module::load(&folder.path().join("absent.so")), Err(ModuleError::Read { .. })));
    assert!(matches!(Module::load(folder.path()), Err(ModuleError::Read { .. })));
    // Cut within what the loader needs; debug information, which is most of the file, may be missing.
    let whole = std::fs::read(modules::module("memfs")).expect("reads");
    let cut_path = folder.path().join("cut.so");
    for len in [4, 63, 64, 500, 4096, whole.len() / 20] {
        std::fs::write(&cut_path, &whole[..len]).expect("writes");
        assert!(matches!(Module::load(&cut_path), Err(ModuleError::NotAModule { .. })), "cut at {len}");
    }
}
