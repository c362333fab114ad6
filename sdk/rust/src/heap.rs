//! The sandbox's heap: it begins in the memory that the module starts with, which the packager sets aside, and asks for
//! more only beyond that. The standard library's allocator, an older release of the same code, asks at the first
//! allocation.

#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
