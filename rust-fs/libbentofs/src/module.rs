// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A file system as a module: its description, and the functions behind it.

use crate::dispatch::dispatch;
use crate::fs::{FileSystem, Mount};
use alloc::boxed::Box;
use alloc::vec::Vec;
use bento_abi::{ABI_MAJOR, ABI_MINOR, CreateArgs, EarlyHandOver, ModuleDesc, Sink, Str};
use core::ffi::c_void;
use core::fmt;
use libbentoks::{Device, Errno, Result};

/// Makes a module of the file system `$fs`: the entry symbol, the panic handler and the global allocator. Stands alone in a
/// crate of type `cdylib` (userspace) and `staticlib` (kernel).
#[macro_export]
macro_rules! module {
    ($fs:ty) => {
        #[global_allocator]
        static HEAP: $crate::ks::heap::KsHeap = $crate::ks::heap::KsHeap;

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::ks::panic::report(info)
        }

        /// The one symbol that the module exports.
        #[unsafe(no_mangle)]
        pub extern "C" fn bento_module_entry() -> *const $crate::abi::ModuleDesc {
            static DESC: $crate::module::Description = $crate::module::describe::<$fs>(core::option_env!("BENTO_SOURCE_REVISION"));
            DESC.get()
        }
    };
}

/// A description in a static.
#[repr(C)]
pub struct Description {
    desc: ModuleDesc,
    early: EarlyHandOver,
}

// SAFETY: it is never changed, and what it points to is static.
unsafe impl Sync for Description {}

impl Description {
    /// What the entry function returns.
    pub const fn get(&'static self) -> *const ModuleDesc {
        core::ptr::from_ref(self).cast()
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Description")
    }
}

/// The description of `F`, built from `revision`.
pub const fn describe<F: FileSystem>(revision: Option<&'static str>) -> Description {
    let desc = ModuleDesc {
        size: size_of::<Description>() as u32,
        abi_major: ABI_MAJOR,
        abi_minor: ABI_MINOR,
        fs_name: Str::new(F::NAME.as_bytes()),
        source_revision: Str::new(match revision {
            Some(revision) => revision.as_bytes(),
            None => b"",
        }),
        lock_classes: Str::new(F::LOCK_CLASSES.as_bytes()),
        state_schema: F::STATE_SCHEMA,
        state_schema_min: F::STATE_SCHEMA_MIN,
        state_schema_max: F::STATE_SCHEMA,
        needs_device: F::NEEDS_DEVICE as u32,
        create: create::<F>,
        dispatch: dispatch::<F>,
        export_state: export_state::<F>,
        import_state: import_state::<F>,
        destroy: destroy::<F>,
        mkfs: if F::NEEDS_DEVICE { Some(mkfs::<F>) } else { None },
        fsck: if F::NEEDS_DEVICE { Some(fsck::<F>) } else { None },
        explain: if F::NEEDS_DEVICE { Some(explain::<F>) } else { None },
    };
    let early = if F::HANDS_OVER_EARLY {
        EarlyHandOver {
            export_early: Some(export_early::<F>),
            export_late: Some(export_late::<F>),
            import_late: Some(import_late::<F>),
        }
    } else {
        EarlyHandOver { export_early: None, export_late: None, import_late: None }
    };
    Description { desc, early }
}

/// # Safety
/// `text` is readable for its length for `'a`.
unsafe fn slice<'a>(text: Str) -> &'a [u8] {
    if text.len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(text.ptr, text.len) }
}

/// # Safety
/// `args` keeps the contract's promises for `'a`.
unsafe fn mount_of<'a>(args: *const CreateArgs) -> Result<Mount<'a>> {
    // SAFETY: the caller's promise.
    let args = unsafe { *args };
    let device = if args.dev == 0 { None } else { Some(Device::open(args.dev)?) };
    // SAFETY: the caller's promise.
    let options = core::str::from_utf8(unsafe { slice(args.options) }).map_err(|_| Errno::EINVAL)?;
    let read_only = args.read_only != 0 || device.is_some_and(|device| device.read_only());
    Ok(Mount { device, options, read_only })
}

fn code(result: Result<()>) -> i32 {
    result.map_or_else(Errno::code, |()| 0)
}

/// A sink of the host's, for text.
struct Text {
    sink: Sink,
    failed: Result<()>,
}

impl fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        // SAFETY: the sink is the host's, with its own context.
        let errno = unsafe { (self.sink.write)(self.sink.ctx, s.as_ptr(), s.len()) };
        if errno != 0 {
            self.failed = Err(Errno::new(errno));
            return Err(fmt::Error);
        }
        Ok(())
    }
}

unsafe extern "C" fn create<F: FileSystem>(args: *const CreateArgs, instance: *mut *mut c_void) -> i32 {
    // SAFETY: the contract.
    let made = unsafe { mount_of(args) }.and_then(|mount| F::mount(&mount));
    // SAFETY: the contract: `instance` is writable.
    unsafe { hand_over(made, instance) }
}

/// # Safety
/// `instance` is writable.
unsafe fn hand_over<F: FileSystem>(made: Result<F>, instance: *mut *mut c_void) -> i32 {
    match made {
        Ok(fs) => {
            // SAFETY: the caller's promise.
            unsafe { *instance = Box::into_raw(Box::new(fs)).cast::<c_void>() };
            0
        }
        Err(errno) => errno.code(),
    }
}

unsafe extern "C" fn export_state<F: FileSystem>(instance: *mut c_void, sink: *const Sink) -> i32 {
    // SAFETY: the contract: an instance of `F`, no op under way.
    unsafe { export(instance, sink, |fs: &F, state| fs.export_state(state)) }
}

unsafe extern "C" fn export_early<F: FileSystem>(instance: *mut c_void, sink: *const Sink) -> i32 {
    // SAFETY: the contract: an instance of `F`.
    unsafe { export(instance, sink, |fs: &F, state| fs.export_early(state)) }
}

unsafe extern "C" fn export_late<F: FileSystem>(instance: *mut c_void, last: u32, sink: *const Sink) -> i32 {
    // SAFETY: the contract: an instance of `F`.
    unsafe { export(instance, sink, |fs: &F, state| fs.export_late(state, last != 0)) }
}

/// # Safety
/// `instance` is one of `F`; `sink` is alive.
unsafe fn export<F>(instance: *mut c_void, sink: *const Sink, write: impl Fn(&F, &mut Vec<u8>) -> Result<()>) -> i32 {
    // SAFETY: the caller's promise.
    let fs = unsafe { &*instance.cast_const().cast::<F>() };
    let mut state = Vec::new();
    if let Err(errno) = write(fs, &mut state) {
        return errno.code();
    }
    // SAFETY: the contract: a live sink with its own context.
    unsafe { ((*sink).write)((*sink).ctx, state.as_ptr(), state.len()) }
}

unsafe extern "C" fn import_late<F: FileSystem>(instance: *mut c_void, state: Str) -> i32 {
    // SAFETY: the contract: an instance of `F` that nobody uses yet, and readable bytes.
    let (fs, state) = unsafe { (&mut *instance.cast::<F>(), slice(state)) };
    code(fs.import_late(state))
}

unsafe extern "C" fn import_state<F: FileSystem>(
    args: *const CreateArgs,
    schema: u32,
    state: Str,
    instance: *mut *mut c_void,
) -> i32 {
    if !(F::STATE_SCHEMA_MIN..=F::STATE_SCHEMA).contains(&schema) {
        return Errno::EINVAL.code();
    }
    // SAFETY: the contract.
    let made = unsafe { mount_of(args) }.and_then(|mount| {
        // SAFETY: the contract.
        F::import_state(&mount, schema, unsafe { slice(state) })
    });
    // SAFETY: the contract: `instance` is writable.
    unsafe { hand_over(made, instance) }
}

unsafe extern "C" fn destroy<F: FileSystem>(instance: *mut c_void, discard: u32) -> i32 {
    // SAFETY: the contract: an instance of `F` that nobody uses any more, made by `hand_over`.
    let fs = unsafe { Box::from_raw(instance.cast::<F>()) };
    if discard != 0 {
        drop(fs);
        return 0;
    }
    code((*fs).unmount())
}

unsafe extern "C" fn mkfs<F: FileSystem>(args: *const CreateArgs) -> i32 {
    // SAFETY: the contract.
    code(unsafe { mount_of(args) }.and_then(|mount| F::mkfs(&mount)))
}

unsafe extern "C" fn fsck<F: FileSystem>(args: *const CreateArgs, report: *const Sink) -> i32 {
    // SAFETY: the contract: a live sink.
    let mut text = Text { sink: unsafe { *report }, failed: Ok(()) };
    // SAFETY: the contract.
    let found = unsafe { mount_of(args) }.and_then(|mount| F::fsck(&mount, &mut text));
    code(text.failed.and(found))
}

unsafe extern "C" fn explain<F: FileSystem>(args: *const CreateArgs, number: u64, data: Str, text: *const Sink) -> i32 {
    // SAFETY: the contract: a live sink.
    let mut text = Text { sink: unsafe { *text }, failed: Ok(()) };
    // SAFETY: the contract.
    let content = unsafe { slice(data) };
    // SAFETY: the contract.
    let said = unsafe { mount_of(args) }.and_then(|mount| F::explain(&mount, number, content, &mut text));
    code(text.failed.and(said))
}
