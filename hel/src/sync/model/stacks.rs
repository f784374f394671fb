//! Keeps the stacks of a model's threads from one execution to the next.
//!
//! loom maps a stack for each thread of each execution, guards it and unmaps it at the end, which took most of the time of
//! all models. What an executable defines under these names goes before libc's, in the calls of its
//! own crates; libc's calls among themselves do not come by. A stack belongs to the thread that mapped it, which unmaps it as
//! well; what that keeps when it ends is never unmapped.

use std::cell::RefCell;
use std::ffi::{c_int, c_long, c_void};
use std::ptr::null_mut;

use libc::{
    MAP_FAILED, MAP_STACK, PROT_NONE, PROT_READ, PROT_WRITE, SYS_mmap, SYS_mprotect, SYS_munmap, off_t, size_t, syscall,
};

/// A stack that this thread has mapped, in use or kept.
#[derive(Clone, Copy)]
struct Stack {
    at: *mut c_void,
    len: size_t,
    in_use: bool,
    guarded: bool,
}

/// The most that one thread keeps: a model has four threads and itself.
const MOST: usize = 8;
const NONE: Stack = Stack { at: null_mut(), len: 0, in_use: false, guarded: false };

thread_local! {
    static STACKS: RefCell<[Stack; MOST]> = const { RefCell::new([NONE; MOST]) };
}

/// Does something to the first stack that is as asked for; none if there is none.
fn with_stack<O>(wanted: impl Fn(&Stack) -> bool, use_it: impl FnOnce(&mut Stack) -> O) -> Option<O> {
    STACKS.with_borrow_mut(|stacks| stacks.iter_mut().find(|stack| wanted(stack)).map(use_it))
}

/// # Safety
/// As of libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    at: *mut c_void,
    len: size_t,
    prot: c_int,
    flags: c_int,
    file: c_int,
    offset: off_t,
) -> *mut c_void {
    let is_stack = flags & MAP_STACK != 0 && prot == PROT_READ | PROT_WRITE && at.is_null() && file == -1;
    let kept = with_stack(
        |stack| is_stack && !stack.in_use && stack.len == len,
        |stack| {
            stack.in_use = true;
            stack.at
        },
    );
    kept.unwrap_or_else(|| {
        // SAFETY: what libc's function does with the same arguments.
        let mapped = unsafe { syscall(SYS_mmap, at, len, prot, flags, file, offset) } as *mut c_void;
        if mapped != MAP_FAILED {
            let new = Stack { at: mapped, len, in_use: true, guarded: false };
            with_stack(|stack| is_stack && stack.at.is_null(), |stack| *stack = new);
        }
        mapped
    })
}

/// # Safety
/// As of libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn mprotect(at: *mut c_void, len: size_t, prot: c_int) -> c_int {
    let is_this = |stack: &Stack| stack.in_use && stack.at == at && prot == PROT_NONE;
    if with_stack(is_this, |stack| std::mem::replace(&mut stack.guarded, true)) == Some(true) {
        return 0;
    }
    // SAFETY: what libc's function does with the same arguments.
    let result: c_long = unsafe { syscall(SYS_mprotect, at, len, prot) };
    result as c_int
}

/// # Safety
/// As of libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn munmap(at: *mut c_void, len: size_t) -> c_int {
    let is_this = |stack: &Stack| stack.in_use && stack.at == at && stack.len == len;
    if with_stack(is_this, |stack| stack.in_use = false).is_some() {
        return 0;
    }
    // SAFETY: what libc's function does with the same arguments.
    let result: c_long = unsafe { syscall(SYS_munmap, at, len) };
    result as c_int
}
