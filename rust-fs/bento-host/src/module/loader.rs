// SPDX-License-Identifier: MIT OR Apache-2.0
//! Loading a module and reading its description.

use bento_abi::{ABI_MAJOR, ABI_MINOR, ENTRY_SYMBOL, ModuleDesc, Str};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a file is not a module that this host can run.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// There is no such file, or it cannot be read.
    #[error("cannot read the module {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not an object that can be loaded.
    #[error("{path} is not a module: {reason}")]
    NotAModule {
        /// The file.
        path: PathBuf,
        /// The loader's words.
        reason: String,
    },
    /// Built against another contract.
    #[error("{path} speaks version {theirs} of the module contract, this host speaks {ABI_MAJOR}.{ABI_MINOR}")]
    Abi {
        /// The file.
        path: PathBuf,
        /// Its version.
        theirs: String,
    },
}

/// The service that starts a thread, as a module's table of names has it.
const THREAD_SERVICE: &[u8] = b"bento_ks_thread_spawn";

/// What a module says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// File-system name.
    pub fs_name: String,
    /// GNU build id, or the xxh3-128 of the file when it has none.
    pub build_id: Vec<u8>,
    /// Git revision of the sources, or empty.
    pub source_revision: String,
    /// Contract version, major.
    pub abi_major: u16,
    /// Contract version, minor.
    pub abi_minor: u16,
    /// Schema of the state that it exports.
    pub state_schema: u32,
    /// Oldest schema that it imports.
    pub state_schema_min: u32,
    /// Newest schema that it imports.
    pub state_schema_max: u32,
    /// Names of the lock classes, "block" first.
    pub lock_classes: Vec<String>,
    /// Whether it could start threads of its own: it imports the service.
    pub starts_threads: bool,
    /// It lives on a block device.
    pub needs_device: bool,
    /// It can make a file system.
    pub has_mkfs: bool,
    /// It can check one.
    pub has_fsck: bool,
    /// It can say what a block holds.
    pub has_explain: bool,
    /// Where it was loaded from.
    pub path: PathBuf,
}

/// A loaded module.
pub struct Module {
    info: ModuleInfo,
    pub(crate) desc: *const ModuleDesc,
    /// Keeps the code in memory.
    _library: libloading::os::unix::Library,
}

// SAFETY: the description is constant, and its functions are made to be called from many threads.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.info.fmt(f)
    }
}

impl Module {
    /// Loads `path` and checks that this host can run it.
    pub fn load(path: &Path) -> Result<Arc<Module>, ModuleError> {
        let read = |source| ModuleError::Read { path: path.into(), source };
        let path = path.canonicalize().map_err(read)?;
        let bytes = std::fs::read(&path).map_err(read)?;
        let not_a_module = |reason: String| ModuleError::NotAModule { path: path.clone(), reason };
        if !bytes.starts_with(b"\x7fELF") {
            return Err(not_a_module("it is not an ELF object".into()));
        }
        if !is_whole(&bytes) {
            // The loader would map what is not there, and the first touch would end the process.
            return Err(not_a_module("it is cut short, or for another kind of machine: build it again".into()));
        }
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // SAFETY: loading runs the object's initialisers; a module has none (it is linked without start files), and a file that
        // is something else is trusted as far as the user who named it is.
        let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| not_a_module(error.to_string()))?;
        // SAFETY: the symbol has this type in every module.
        let entry = unsafe { library.get::<unsafe extern "C" fn() -> *const ModuleDesc>(ENTRY_SYMBOL.as_bytes()) };
        let entry = entry.map_err(|_| not_a_module(format!("it has no symbol {ENTRY_SYMBOL}")))?;
        // SAFETY: the contract.
        let desc = unsafe { entry() };
        if desc.is_null() {
            return Err(not_a_module("its entry function returns nothing".into()));
        }
        // SAFETY: every version of the description begins with these three fields.
        let (size, major, minor) = unsafe { ((*desc).size, (*desc).abi_major, (*desc).abi_minor) };
        if major != ABI_MAJOR || minor > ABI_MINOR || (size as usize) < size_of::<ModuleDesc>() {
            return Err(ModuleError::Abi { path: path.clone(), theirs: format!("{major}.{minor}") });
        }
        // SAFETY: of our version, so all fields are there; strings live as long as the library.
        let info = unsafe { describe(&*desc, path.clone(), &bytes) };
        Ok(Arc::new(Module { info, desc, _library: library }))
    }

    /// What the module says of itself.
    pub fn info(&self) -> &ModuleInfo {
        &self.info
    }

    pub(crate) fn desc(&self) -> &ModuleDesc {
        // SAFETY: lives as long as the library, which is kept.
        unsafe { &*self.desc }
    }
}

/// # Safety
/// The description's strings are readable.
unsafe fn describe(desc: &ModuleDesc, path: PathBuf, file: &[u8]) -> ModuleInfo {
    // SAFETY: the caller's promise.
    let text = |s: Str| unsafe {
        let bytes = if s.len == 0 { &[][..] } else { std::slice::from_raw_parts(s.ptr, s.len) };
        String::from_utf8_lossy(bytes).into_owned()
    };
    let classes = text(desc.lock_classes);
    let own = classes.split(',').filter(|class| !class.is_empty());
    ModuleInfo {
        fs_name: text(desc.fs_name),
        build_id: build_id(file),
        source_revision: text(desc.source_revision),
        abi_major: desc.abi_major,
        abi_minor: desc.abi_minor,
        state_schema: desc.state_schema,
        state_schema_min: desc.state_schema_min,
        state_schema_max: desc.state_schema_max,
        starts_threads: file.windows(THREAD_SERVICE.len()).any(|window| window == THREAD_SERVICE),
        lock_classes: std::iter::once("block").chain(own).map(str::to_owned).collect(),
        needs_device: desc.needs_device != 0,
        has_mkfs: desc.mkfs.is_some(),
        has_fsck: desc.fsck.is_some(),
        has_explain: desc.explain.is_some(),
        path,
    }
}

/// Whether a 64-bit little-endian ELF file has every byte that its program headers promise to the loader.
fn is_whole(file: &[u8]) -> bool {
    let word = |at: usize, len: usize| {
        let bytes = file.get(at..at.checked_add(len)?)?;
        Some(bytes.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte)))
    };
    // e_ident: class 64, little-endian; then e_phoff, e_phentsize, e_phnum.
    let (Some(0x0102), Some(table), Some(size), Some(count)) = (word(4, 2), word(32, 8), word(54, 2), word(56, 2)) else {
        return false;
    };
    size == 56
        && (0..count).all(|index| {
            let Some(header) = table.checked_add(index * size).and_then(|at| usize::try_from(at).ok()) else { return false };
            // p_offset and p_filesz.
            let (Some(offset), Some(len)) = (word(header + 8, 8), word(header + 32, 8)) else { return false };
            offset.checked_add(len).is_some_and(|end| end <= file.len() as u64)
        })
}

/// The GNU build-id note of a 64-bit little-endian ELF file; found by its own header, since the note section is small and named.
fn build_id(file: &[u8]) -> Vec<u8> {
    // namesz 4, descsz 20, type NT_GNU_BUILD_ID, "GNU\0".
    let header = [4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, b'G', b'N', b'U', 0];
    let note = file.windows(header.len()).position(|window| window == header);
    let id = note.and_then(|at| file.get(at + header.len()..at + header.len() + 20));
    id.map_or_else(|| xxhash_rust::xxh3::xxh3_128(file).to_be_bytes().to_vec(), <[u8]>::to_vec)
}
