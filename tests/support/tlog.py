"""Vectors of other people's transparency logs: the large files beside the checkout, or the small set carried here.

Sources of the carried ones: C2SP signed-note, tlog-tiles and tlog-checkpoint; transparency-dev/merkle and tessera
(Apache-2.0); golang/mod sumdb/note (BSD-3); FiloSottile/torchwood litewitness (ISC).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

_LARGE: Final = Path(__file__).parents[3] / "shared" / "data" / "tlog"
TESSERA: Final = _LARGE / "tessera_testdata_log"

_PETER: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
_TEXT: Final = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
_LINE: Final = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
_LEAF_0: Final = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="
_ROOT_8: Final = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
_PATH_0_OF_8: Final = [
    "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
    "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
    "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
]
_ORIGIN: Final = "example.com/log/testdata"

CARRIED: Final[dict[str, Any]] = {
    "witness_add_checkpoint": {
        "origin": "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562",
        "log_vkey": "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562+5202289b+Af/cLU2Y5BJNP+r3iMDC+av9eWCD0fBJVDfzAux5zxAP",
        "cases": [
            {
                "body": "old 0\n"
                "\n"
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562\n"
                "1\n"
                "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                "\n"
                "— "
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 "
                "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n",
                "status": 200,
            },
            {
                "body": "old 1\n"
                "\n"
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562\n"
                "3\n"
                "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n"
                "\n"
                "— "
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 "
                "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n",
                "status": 422,
            },
            {
                "body": "old 1\n"
                "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=\n"
                "\n"
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562\n"
                "3\n"
                "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n"
                "\n"
                "— "
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 "
                "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n",
                "status": 422,
            },
            {
                "body": "old 1\n"
                "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                "\n"
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562\n"
                "3\n"
                "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n"
                "\n"
                "— "
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 "
                "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n",
                "status": 200,
            },
        ],
    },
    "rfc6962_reference_tree": {
        "leaves_hex": [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ],
        "roots_hex_by_size": [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ],
    },
    "signed_notes": {
        "skeys": [
            {
                "skey": "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
                "vkey": _PETER,
            }
        ],
        "good": [
            {
                "desc": "C2SP signed-note example",
                "vkey": "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "note": "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2"
                "ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
            },
            {"desc": "golang/mod", "vkey": _PETER, "note": f"{_TEXT}\n{_LINE}"},
        ],
        "bad": [
            {"desc": "no signature block", "vkey": _PETER, "note": _TEXT},
            {"desc": "empty signature block", "vkey": _PETER, "note": f"{_TEXT}\n"},
            {"desc": "no final newline", "vkey": _PETER, "note": f"{_TEXT}\n{_LINE[:-1]}"},
            {"desc": "control character", "vkey": _PETER, "note": f"\x01{_TEXT}\n{_LINE}"},
            {
                "desc": "line after the signatures",
                "vkey": _PETER,
                "note": f"{_TEXT}\n{_LINE}Unexpected line.\n",
            },
            {"desc": "altered", "vkey": _PETER, "note": f"{_TEXT}\n{_LINE.replace('NIuG', 'ABCD')}"},
            {"desc": "101 signatures", "vkey": _PETER, "note": f"{_TEXT}\n{_LINE * 101}"},
        ],
        "bad_note_bytes_hex": [
            {"desc": "not UTF-8", "vkey": _PETER, "hex": "ff" + f"{_TEXT}\n{_LINE}".encode().hex()}
        ],
        "bad_vkeys": [
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ],
    },
    "transparency_dev_merkle_proofs": {
        "inclusion": [
            {
                "leafIdx": 0,
                "treeSize": 1,
                "root": _LEAF_0,
                "leafHash": _LEAF_0,
                "proof": None,
                "wantErr": False,
            },
            {
                "leafIdx": 0,
                "treeSize": 8,
                "root": _ROOT_8,
                "leafHash": _LEAF_0,
                "proof": _PATH_0_OF_8,
                "wantErr": False,
            },
            {
                "leafIdx": 1,
                "treeSize": 8,
                "root": _ROOT_8,
                "leafHash": _LEAF_0,
                "proof": _PATH_0_OF_8,
                "wantErr": True,
            },
            {
                "leafIdx": 0,
                "treeSize": 8,
                "root": _ROOT_8,
                "leafHash": _LEAF_0,
                "proof": None,
                "wantErr": True,
            },
            {
                "leafIdx": 0,
                "treeSize": 1,
                "root": _LEAF_0,
                "leafHash": _LEAF_0,
                "proof": [""],
                "wantErr": True,
            },
        ],
        "consistency": [
            {"size1": 1, "size2": 1, "root1": _LEAF_0, "root2": _LEAF_0, "proof": None, "wantErr": False},
            {
                "size1": 1,
                "size2": 8,
                "root1": _LEAF_0,
                "root2": _ROOT_8,
                "proof": _PATH_0_OF_8,
                "wantErr": False,
            },
            {"size1": 1, "size2": 8, "root1": _LEAF_0, "root2": _ROOT_8, "proof": [], "wantErr": True},
            {
                "size1": 2,
                "size2": 8,
                "root1": _LEAF_0,
                "root2": _ROOT_8,
                "proof": _PATH_0_OF_8,
                "wantErr": True,
            },
        ],
    },
    "tile_layout": {
        "index_paths": {"0": "000", "255": "255", "1000": "x001/000", "1234067": "x001/x234/067"},
        "layout_by_size": {
            "256": {"0": {"full": 1, "partial_width": 0}, "1": {"full": 0, "partial_width": 1}},
            "70000": {
                "0": {"full": 273, "partial_width": 112},
                "1": {"full": 1, "partial_width": 17},
                "2": {"full": 0, "partial_width": 1},
            },
        },
        "paths_70000": [
            "tile/0/273.p/112",
            "tile/1/000",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
            "tile/entries/273.p/112",
        ],
    },
    "checkpoint_text": {
        "marshal": [
            {"origin": "Log", "size": 123, "hash_ascii": "bananas", "text": "Log\n123\nYmFuYW5hcw==\n"}
        ],
        "invalid": [
            "Head\n9944\n",
            "\n9944\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n",
            "Log\nbananas\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n",
            "Log\n123\nThisIsn'tBase64\n",
        ],
    },
    "tlog_proof_text": {
        "marshal": [
            {
                "index": 10,
                "hashes": ["rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4="],
                "extra_ascii": "extra information",
                "checkpoint": "checkpoint data\n",
                "text": "c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n"
                "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=\n\ncheckpoint data\n",
            }
        ],
        "invalid": [
            "wrong-header\nindex 0\n\ncheckpoint\n",
            "c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n",
            "c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
            "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        ],
    },
    "tessera_testdata_log": {
        "skey": f"PRIVATE+KEY+{_ORIGIN}+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg",
        "vkey": f"{_ORIGIN}+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
        "origin": _ORIGIN,
        "entries_ascii": (
            [
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eit",
                "nain",
                "ten",
                "ileven",
                "twelf",
                "threeten",
                "fourten",
                "fivten",
            ]
        ),
        "checkpoints": {
            "0": f"{_ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— {_ORIGIN} M9e0lhxJACzE1KoUdqKuP"
            "a+9p6R7dSW8BlEvrg/noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc=\n",
            "15": f"{_ORIGIN}\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n— {_ORIGIN} M9e0luh4jTG+UMBqOUo9/q+"
            "yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n",
        },
    },
}


@cache
def vectors(name: str) -> dict[str, Any]:
    """The file *name*.json of the large set; where it is absent, the carried set of that name, said in one line."""
    path = _LARGE / f"{name}.json"
    if path.is_file():
        large: dict[str, Any] = json.loads(path.read_text())
        return large
    print(f"{name}: no shared/data/tlog beside the checkout, only the carried vectors are tried")
    carried: dict[str, Any] = CARRIED[name]
    return carried
