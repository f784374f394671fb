# What the parts share; each begins with `source .ci/deep.d/common.sh`, in the root of the repository.
# shellcheck shell=bash
set -euo pipefail

# Whatever toolchain is installed is the one that runs: an attempt to fetch another fails at once.
export RUSTUP_DIST_SERVER=http://127.0.0.1:9
export RUSTUP_UPDATE_ROOT=http://127.0.0.1:9
# Traces with lines need no more than this, and nothing here is built twice.
export CARGO_PROFILE_DEV_DEBUG=line-tables-only CARGO_PROFILE_TEST_DEBUG=line-tables-only CARGO_INCREMENTAL=0

deep=$PWD/target/deep
export host=x86_64-unknown-linux-gnu

skip() {
    echo "SKIPPED: $1"
    exit 77
}

step() {
    printf '\n-- [%4ds] %s\n' "$SECONDS" "$1"
    shift
    "$@"
}

# Installs Debian packages, or skips the part.
packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    { apt_get update && apt_get install --yes --no-install-recommends "${missing[@]}"; } ||
        skip "cannot install ${missing[*]}"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@" </dev/null >/dev/null
}

# From here on `cargo` and `rustc` are Debian's newest, which come with the sources of their standard library: so it can
# be built anew, for another target or with a sanitizer in it. They are unpacked beside the build, and not installed.
debian_rust() {
    local root=$deep/rust
    [[ -e $root/complete ]] || unpack_rust "$root"
    export PATH=$root/usr/bin:$PATH LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
    export RUSTC=$root/usr/bin/rustc RUSTDOC=$root/usr/bin/rustdoc
    export RUSTC_BOOTSTRAP=1
    rustc --version
}

unpack_rust() {
    local root=$1 std
    local names=(rustc-web cargo-web rust-web-src libstd-rust-web-dev)
    packages llvm-22 libgit2-1.5
    apt_get update || true
    # The compiler's own library has its version in its name.
    std=$(apt-cache depends libstd-rust-web-dev | sed -n 's/^ *Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p' | head -n 1)
    [[ -n $std ]] || skip 'Debian has no rustc-web here'
    rm -rf "$root"
    mkdir -p "$root/packages"
    (cd "$root/packages" && apt_get download "${names[@]}" "$std") || skip "cannot download ${names[*]} $std"
    for package in "$root"/packages/*.deb; do dpkg -x "$package" "$root"; done
    rm -r "$root/packages"
    touch "$root/complete"
}

# `reports WORDS COMMAND...`: the command has to fail and to print WORDS, or a silent sanitizer would pass for a clean one.
reports() {
    local words=$1 status=0 said
    shift
    said=$("$@" 2>&1) || status=$?
    if ((status == 0)) || ! grep -qF -- "$words" <<<"$said"; then
        printf '%s\nfinished with status %d and did not report "%s"\n' "$said" "$status" "$words" >&2
        return 1
    fi
    echo "reported, as it must be: $(grep -m 1 -F -- "$words" <<<"$said")"
}

# Passes the output of `cargo test` on, and counts at its end what was run.
counted() {
    awk '{ print; fflush() }
        /^test result:/ { binaries++; passed += $4; failed += $6; ignored += $8; left += $12 }
        END { printf "%d test binaries: %d passed, %d failed, %d ignored, %d left out\n",
            binaries, passed, failed, ignored, left }'
}
