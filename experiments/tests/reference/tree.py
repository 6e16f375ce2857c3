"""Roots and audit paths of Merkle trees by the definition of RFC 6962, with BLAKE3: python3 tree.py > tree.csv

The definition is first held to the roots that Certificate Transparency's own tests have with SHA-256
(google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc)."""

import hashlib

from blake3 import blake3


def sha256(data):
    return hashlib.sha256(data).digest()


def blake(data):
    return blake3(data).digest()


def parting(count):
    return 1 << (count - 1).bit_length() - 1


def root(leaves, of):
    if not leaves:
        return of(b"")
    if len(leaves) == 1:
        return of(b"\x00" + leaves[0])
    k = parting(len(leaves))
    return of(b"\x01" + root(leaves[:k], of) + root(leaves[k:], of))


def path(at, leaves, of):
    if len(leaves) == 1:
        return []
    k = parting(len(leaves))
    if at < k:
        return path(at, leaves[:k], of) + [root(leaves[k:], of)]
    return path(at - k, leaves[k:], of) + [root(leaves[:k], of)]


PUBLISHED = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
for count, published in enumerate(PUBLISHED, 1):
    assert root([bytes.fromhex(text) for text in INPUTS[:count]], sha256).hex() == published

print("leaves,at,root,path")
for count in [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 33, 100]:
    leaves = [f"row {at}\n".encode() for at in range(count)]
    for at in sorted({0, count // 3, count - 1}):
        hashes = " ".join(one.hex() for one in path(at, leaves, blake))
        print(f"{count},{at},{root(leaves, blake).hex()},{hashes}")
