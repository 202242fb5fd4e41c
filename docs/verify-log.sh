#!/bin/sh
# Verify an exported disclosure log with openssl and coreutils alone: no code of the register's is run.
#
#   sh verify-log.sh DIRECTORY 'VKEY' [HELD-CHECKPOINT]
#
# DIRECTORY is what `rekisteri log export` wrote, VKEY the verification key as you were given it (a contract, the
# privacy notice), HELD-CHECKPOINT a checkpoint that you kept from before.  Exit status 0: everything verifies.
# Each hash is a process of its own, so a log of a thousand entries takes a minute; docs/log.md names faster tools.
set -eu
export LC_ALL=C

directory=$1
vkey=$2
held=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "NOT VERIFIED: $1" >&2
    exit 1
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { tr abcdef ABCDEF | basenc --base16 -d; }
sha256() { sha256sum | cut -c1-64; }
node() { printf '01%s%s' "$1" "$2" | unhex | sha256; }

# The key: name+id+base64(01 || 32 bytes); the id is the beginning of SHA-256(name \n 01 key).
name=${vkey%%+*}
rest=${vkey#*+}
key=$(printf %s "${rest#*+}" | base64 -d | hex)
[ "${#key}" = 66 ] && [ "${key%"${key#??}"}" = 01 ] || fail "the key is not an Ed25519 key"
id=$( (printf '%s\n' "$name"; printf %s "$key" | unhex) | sha256 | cut -c1-8)
[ "$id" = "${rest%%+*}" ] || fail "the key's id is not its own"
[ "$(cat "$directory/vkey")" = "$vkey" ] || fail "the directory carries another key"
printf '302A300506032B6570032100%s' "${key#??}" | unhex >"$work/key.der"

# A checkpoint: text, empty line, one signature line "— name base64(id || signature)".
checkpoint() {
    lines=$(wc -l <"$1")
    [ "$lines" = 5 ] && [ -z "$(sed -n 4p "$1")" ] || fail "$1 has another shape"
    head -n 3 "$1" >"$work/text"
    signature=$(sed -n 's/^\xe2\x80\x94 //p' "$1" | sed -n "s|^$name ||p" | base64 -d | hex)
    [ "${#signature}" = 136 ] && [ "$(printf %.8s "$signature")" = "$id" ] || fail "$1 has no signature by $name"
    printf %s "${signature#????????}" | unhex >"$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" \
        -sigfile "$work/signature" >/dev/null || fail "the signature on $1 is wrong"
    [ "$(sed -n 1p "$1")" = "$name" ] || fail "$1 is another log's"
    size=$(sed -n 2p "$1")
    root=$(sed -n 3p "$1" | base64 -d | hex)
}

# A tile's number in groups of three digits: 1234067 is x001/x234/067.
number() {
    n=$1
    path=$(printf %03d $((n % 1000)))
    while n=$((n / 1000)); [ "$n" -gt 0 ]; do path=$(printf x%03d $((n % 1000)))/$path; done
    echo "$path"
}
partial() { [ "$1" = 256 ] || echo ".p/$1"; }

# The root over a list of hashes, one a line: neighbours joined level by level, an odd last one moved up.
root_of() {
    cp "$1" "$work/level"
    while [ "$(wc -l <"$work/level")" -gt 1 ]; do
        : >"$work/above"
        while read -r left; do
            if read -r right; then node "$left" "$right"; else echo "$left"; fi >>"$work/above"
        done <"$work/level"
        mv "$work/above" "$work/level"
    done
    cat "$work/level"
}

checkpoint "$directory/checkpoint"
signed_size=$size
signed_root=$root

# The entries: up to 256 a bundle, each after its length in two bytes; leaf hash = SHA-256(00 || entry).
: >"$work/0"
done=0
while [ "$done" -lt "$signed_size" ]; do
    width=$((signed_size - done))
    [ "$width" -le 256 ] || width=256
    bundle=$directory/tile/entries/$(number $((done / 256)))$(partial "$width")
    [ -f "$bundle" ] || fail "$bundle is missing"
    at=0
    count=0
    while [ "$count" -lt "$width" ]; do
        length=$(tail -c +$((at + 1)) "$bundle" | head -c 2 | hex)
        [ "${#length}" = 4 ] || fail "$bundle is cut short"
        length=$((0x$length))
        (printf '\000'; tail -c +$((at + 3)) "$bundle" | head -c "$length") >"$work/leaf"
        [ "$(wc -c <"$work/leaf")" = $((length + 1)) ] || fail "$bundle is cut short"
        sha256 <"$work/leaf" >>"$work/0"
        at=$((at + 2 + length))
        count=$((count + 1))
    done
    [ "$(wc -c <"$bundle")" = "$at" ] || fail "$bundle is too long"
    done=$((done + width))
done

# The tiles: level 0 holds the leaf hashes, each level above the roots of the full tiles below it.
level=0
while [ -s "$work/$level" ]; do
    : >"$work/$((level + 1))"
    total=$(wc -l <"$work/$level")
    first=0
    while [ "$first" -lt "$total" ]; do
        width=$((total - first))
        [ "$width" -le 256 ] || width=256
        tile=$directory/tile/$level/$(number $((first / 256)))$(partial "$width")
        [ -f "$tile" ] || fail "$tile is missing"
        tail -n +$((first + 1)) "$work/$level" | head -n "$width" >"$work/tile"
        [ "$(hex <"$tile")" = "$(tr -d '\n' <"$work/tile")" ] || fail "$tile does not hold its hashes"
        [ "$width" -lt 256 ] || root_of "$work/tile" >>"$work/$((level + 1))"
        first=$((first + width))
    done
    level=$((level + 1))
done

root_at() {
    if [ "$1" = 0 ]; then printf '' | sha256; else head -n "$1" "$work/0" >"$work/first" && root_of "$work/first"; fi
}
[ "$(root_at "$signed_size")" = "$signed_root" ] || fail "the entries do not give the signed root"
if [ -n "$held" ]; then
    checkpoint "$held"
    [ "$size" -le "$signed_size" ] || fail "the held checkpoint has more entries than the log"
    [ "$(root_at "$size")" = "$root" ] || fail "the log no longer begins with what the held checkpoint says"
    echo "the log begins with the $size entries of the held checkpoint"
fi
echo "verified: $signed_size entries of $name, root $signed_root"
