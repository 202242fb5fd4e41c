#!/bin/sh
# Verify an exported disclosure log with openssl and coreutils alone: no code of the register's is run.
#
#   sh verify-log.sh [-b 'NUMBERS'] DIRECTORY 'VKEY' [HELD-CHECKPOINT]
#
# DIRECTORY is what `rekisteri log export` wrote, VKEY the verification key as you were given it (a contract, the
# privacy notice), HELD-CHECKPOINT a checkpoint that you kept from before.  Exit status 0: everything verifies.
# Each entry is some processes, so a thousand take some seconds and a million hours.  For a long log choose bundles of
# 256 entries with -b, as in -b '0 17 3906': these are read, and all tiles from level 1 up; the other entries are taken
# from the hashes of level 1, unread.  verify_log.py beside this file reads everything in seconds.
set -eu
export LC_ALL=C

chosen=
if [ "$1" = -b ]; then
    chosen=$2
    shift 2
fi
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
    [ -f "$1" ] && [ "$(wc -l <"$1")" -ge 5 ] && [ -z "$(sed -n 4p "$1")" ] || fail "$1 has another shape"
    [ "$(tail -n +5 "$1" | sed '/^\xe2\x80\x94 [^ ][^ ]* [A-Za-z0-9+\/]*=*$/d' | wc -c)" = 0 ] || fail "$1 has another shape"
    head -n 3 "$1" >"$work/text"
    # Others may have signed too; one line is this key's.
    found=
    for encoded in $(tail -n +5 "$1" | sed -n 's/^\xe2\x80\x94 //p' | sed -n "s|^$name ||p"); do
        signature=$(printf %s "$encoded" | base64 -d | hex)
        [ "${#signature}" = 136 ] && [ "$(printf %.8s "$signature")" = "$id" ] || continue
        [ "$(printf %s "$signature" | unhex | base64 -w 0)" = "$encoded" ] || fail "$1 has another shape"
        printf %s "${signature#????????}" | unhex >"$work/signature"
        openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" \
            -sigfile "$work/signature" >/dev/null || fail "the signature on $1 is wrong"
        found=yes
    done
    [ -n "$found" ] || fail "$1 has no signature by $name"
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

# Neighbouring hashes of $1, one a line, joined into $2; an odd last one is moved up.
join_pairs() {
    count=$(wc -l <"$1")
    # 65 bytes a pair: 01 || left || right, cut into files of their own and hashed many in one process.
    mkdir "$work/pairs"
    head -n $((count / 2 * 2)) "$1" | paste -d '' - - | sed 's/^/01/' | tr -d '\n' | unhex |
        (cd "$work/pairs" && split -b 65 -a 5)
    (cd "$work/pairs" && find . -type f | sort | xargs -r sha256sum) | cut -c1-64 >"$2"
    [ $((count % 2)) = 0 ] || tail -n 1 "$1" >>"$2"
    rm -r "$work/pairs"
}
# The root over the hashes of standard input.
root_of() {
    cat >"$work/level"
    while [ "$(wc -l <"$work/level")" -gt 1 ]; do
        join_pairs "$work/level" "$work/joined"
        mv "$work/joined" "$work/level"
    done
    cat "$work/level"
}

checkpoint "$directory/checkpoint"
signed_size=$size
signed_root=$root

# Bundle $1 of $2 entries, each after its length in two bytes; leaf hash = SHA-256(00 || entry); to $work/bundle.
hash_bundle() {
    bundle=$directory/tile/entries/$(number "$1")$(partial "$2")
    [ -f "$bundle" ] || fail "$bundle is missing"
    : >"$work/bundle"
    at=0
    count=0
    while [ "$count" -lt "$2" ]; do
        length=$(tail -c +$((at + 1)) "$bundle" | head -c 2 | hex)
        [ "${#length}" = 4 ] || fail "$bundle is cut short"
        length=$((0x$length))
        (printf '\000'; tail -c +$((at + 3)) "$bundle" | head -c "$length") >"$work/leaf"
        [ "$(wc -c <"$work/leaf")" = $((length + 1)) ] || fail "$bundle is cut short"
        sha256 <"$work/leaf" >>"$work/bundle"
        at=$((at + 2 + length))
        count=$((count + 1))
    done
    [ "$(wc -c <"$bundle")" = "$at" ] || fail "$bundle is too long"
}
# The hashes of a tile, one a line: level, number, width.
tile_hashes() {
    [ -f "$directory/tile/$1/$(number "$2")$(partial "$3")" ] || fail "tile/$1/$(number "$2")$(partial "$3") is missing"
    hex <"$directory/tile/$1/$(number "$2")$(partial "$3")" | fold -w 64
    echo
}
width_of() { [ $(($2 - $1 * 256)) -gt 256 ] && echo 256 || echo $(($2 - $1 * 256)); }

: >"$work/0"
: >"$work/1"
number=0
level=0
read_entries=0
if [ -z "$chosen" ]; then
    while [ $((number * 256)) -lt "$signed_size" ]; do
        hash_bundle "$number" "$(width_of "$number" "$signed_size")"
        cat "$work/bundle" >>"$work/0"
        number=$((number + 1))
    done
    read_entries=$signed_size
else
    # Level 1 as it is, to be checked from there up; the chosen bundles from their entries up to it.
    level=1
    blocks=$((signed_size / 256))
    while [ $((number * 256)) -lt "$blocks" ]; do
        tile_hashes 1 "$number" "$(width_of "$number" "$blocks")" >>"$work/1"
        number=$((number + 1))
    done
    for number in $chosen; do
        width=$(width_of "$number" "$signed_size")
        [ "$width" -gt 0 ] || fail "there is no bundle $number"
        hash_bundle "$number" "$width"
        tile_hashes 0 "$number" "$width" >"$work/tile"
        cmp -s "$work/tile" "$work/bundle" || fail "tile/0/$(number "$number") does not hold its entries' hashes"
        if [ "$width" = 256 ]; then
            [ "$(root_of <"$work/bundle")" = "$(sed -n "$((number + 1))p" "$work/1")" ] ||
                fail "tile/1 does not hold the root of bundle $number"
        fi
        read_entries=$((read_entries + width))
    done
fi

# The tiles: level 0 holds the leaf hashes, each level above the roots of the full tiles below it.
while [ -s "$work/$level" ]; do
    total=$(wc -l <"$work/$level")
    full=$((total / 256))
    first=0
    : >"$work/tiles"
    while [ "$first" -lt "$total" ]; do
        width=$((total - first))
        [ "$width" -le 256 ] || width=256
        tile=tile/$level/$(number $((first / 256)))$(partial "$width")
        [ -f "$directory/$tile" ] || fail "$directory/$tile is missing"
        echo "$((width * 32)) $tile" >>"$work/tiles"
        first=$((first + width))
    done
    (cd "$directory" && cut -d ' ' -f 2 "$work/tiles" | xargs stat -c '%s %n') >"$work/sizes"
    cmp -s "$work/tiles" "$work/sizes" || fail "a tile of level $level does not have its length"
    (cd "$directory" && cut -d ' ' -f 2 "$work/tiles" | xargs cat) >"$work/held"
    tr -d '\n' <"$work/$level" | unhex >"$work/expected"
    cmp -s "$work/held" "$work/expected" ||
        fail "a tile of level $level does not hold its hashes: byte $(cmp "$work/held" "$work/expected" | sed 's/.*byte //')"
    # Full tiles have 256 hashes: joined eight times over, each gives its root.
    head -n $((full * 256)) "$work/$level" >"$work/from"
    for step in 1 2 3 4 5 6 7 8; do
        join_pairs "$work/from" "$work/to"
        mv "$work/to" "$work/from"
    done
    level=$((level + 1))
    mv "$work/from" "$work/$level"
done

# The root at a size: over the roots of full blocks, and last the root over what follows them.
blocks_at() {
    full=$(($1 / 256))
    [ "$full" = 0 ] || head -n "$full" "$work/1"
    [ $(($1 % 256)) = 0 ] ||
        tile_hashes 0 "$full" "$(width_of "$full" "$signed_size")" | head -n $(($1 % 256)) | root_of
}
root_at() {
    if [ "$1" = 0 ]; then printf '' | sha256; else blocks_at "$1" >"$work/blocks" && root_of <"$work/blocks"; fi
}
[ "$(root_at "$signed_size")" = "$signed_root" ] || fail "the entries do not give the signed root"
if [ -n "$held" ]; then
    checkpoint "$held"
    [ "$size" -le "$signed_size" ] || fail "the held checkpoint has more entries than the log"
    [ "$(root_at "$size")" = "$root" ] || fail "the log no longer begins with what the held checkpoint says"
    echo "the log begins with the $size entries of the held checkpoint"
fi
[ "$read_entries" = "$signed_size" ] || echo "read $read_entries entries of the chosen bundles; of the rest the hashes of their blocks alone"
echo "verified: $signed_size entries of $name, root $signed_root"
