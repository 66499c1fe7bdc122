// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The allocator of a module.

use crate::ffi;
use core::alloc::{GlobalAlloc, Layout};

/// Hands every allocation to the host; `libbentofs::module!` makes it the module's global allocator.
#[derive(Debug)]
pub struct KsHeap;

// SAFETY: the four services keep GlobalAlloc's contract: blocks of the size and alignment asked for, disjoint while live, null on
// failure, and none of them unwinds.
unsafe impl GlobalAlloc for KsHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: plain numbers.
        unsafe { ffi::bento_ks_alloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: plain numbers.
        unsafe { ffi::bento_ks_alloc_zeroed(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller got `ptr` from `alloc` with this layout.
        unsafe { ffi::bento_ks_free(ptr, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller got `ptr` from `alloc` with this layout.
        unsafe { ffi::bento_ks_realloc(ptr, layout.size(), layout.align(), new_size) }
    }
}
