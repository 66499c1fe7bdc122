// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The module under test: what it does with a device, and its instances from mount to unmount.

use super::client::Client;
use super::device;
use bento_abi::{CreateArgs, EarlyHandOver, ModuleDesc, Sink, Str};
use libbentofs::module::{Description, describe};
use std::ffi::c_void;
use tiffinfs::TiffinFs;

static DESC: Description = describe::<TiffinFs>(None);

pub type Res<T> = Result<T, i32>;

/// What follows the description.
fn early() -> &'static EarlyHandOver {
    let desc = desc();
    assert_eq!(desc.size as usize, size_of::<ModuleDesc>() + size_of::<EarlyHandOver>());
    // SAFETY: the size says that it is there.
    unsafe { &*std::ptr::from_ref(desc).add(1).cast() }
}

pub(super) fn desc() -> &'static ModuleDesc {
    // SAFETY: static.
    unsafe { &*DESC.get() }
}

fn args(dev: u64, options: &str) -> CreateArgs {
    CreateArgs { dev, options: Str::new(options.as_bytes()), read_only: 0, reserved: 0 }
}

pub(super) fn ok(code: i32) -> Res<()> {
    if code == 0 { Ok(()) } else { Err(code) }
}

unsafe extern "C" fn append(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    // SAFETY: `ctx` is a Vec of the caller's.
    unsafe { (*ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(ptr, len)) };
    0
}

fn sink(to: &mut Vec<u8>) -> Sink {
    Sink { ctx: (to as *mut Vec<u8>).cast(), write: append }
}

pub fn mkfs(dev: u64, options: &str) -> Res<()> {
    // SAFETY: the contract.
    ok(unsafe { desc().mkfs.unwrap()(&args(dev, options)) })
}

/// What fsck has to say: empty when clean.
pub fn fsck(dev: u64) -> (i32, String) {
    let mut text = Vec::new();
    // SAFETY: the contract.
    let code = unsafe { desc().fsck.unwrap()(&args(dev, ""), &sink(&mut text)) };
    (code, String::from_utf8(text).unwrap())
}

pub fn explain(dev: u64, number: u64) -> String {
    let mut data = vec![0; 4096];
    device::state(dev).lock().unwrap().read(number * 4096, &mut data).unwrap();
    let mut text = Vec::new();
    // SAFETY: the contract.
    assert_eq!(unsafe { desc().explain.unwrap()(&args(dev, ""), number, Str::new(&data), &sink(&mut text)) }, 0);
    String::from_utf8(text).unwrap()
}

impl Client {
    pub fn mount(dev: u64) -> Res<Client> {
        let mut instance = std::ptr::null_mut();
        // SAFETY: the contract.
        ok(unsafe { (desc().create)(&args(dev, ""), &mut instance) })?;
        Ok(Client { dev, instance })
    }

    pub fn unmount(self) -> Res<()> {
        // SAFETY: the instance is not used again.
        ok(unsafe { (desc().destroy)(self.instance, 0) })
    }

    pub fn discard(self) {
        // SAFETY: the instance is not used again.
        unsafe { (desc().destroy)(self.instance, 1) };
    }

    pub fn export(&self) -> Vec<u8> {
        let mut state = Vec::new();
        // SAFETY: the contract.
        assert_eq!(unsafe { (desc().export_state)(self.instance, &sink(&mut state)) }, 0);
        state
    }

    /// The first part of a hand-over.
    pub fn export_early(&self) -> Res<Vec<u8>> {
        let mut state = Vec::new();
        // SAFETY: the contract.
        ok(unsafe { early().export_early.unwrap()(self.instance, &sink(&mut state)) })?;
        Ok(state)
    }

    /// What has changed since; ops go on unless it is the last time.
    pub fn export_late(&self, last: bool) -> Res<Vec<u8>> {
        let mut state = Vec::new();
        // SAFETY: the contract.
        ok(unsafe { early().export_late.unwrap()(self.instance, last.into(), &sink(&mut state)) })?;
        Ok(state)
    }

    pub fn import_late(&self, state: &[u8]) -> Res<()> {
        // SAFETY: the contract.
        ok(unsafe { early().import_late.unwrap()(self.instance, Str::new(state)) })
    }

    pub fn import(dev: u64, state: &[u8]) -> Res<Client> {
        Client::import_as(dev, desc().state_schema, state)
    }

    pub fn import_as(dev: u64, schema: u32, state: &[u8]) -> Res<Client> {
        let mut instance = std::ptr::null_mut();
        // SAFETY: the contract.
        ok(unsafe { (desc().import_state)(&args(dev, ""), schema, Str::new(state), &mut instance) })?;
        Ok(Client { dev, instance })
    }
}
