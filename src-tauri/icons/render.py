#!/usr/bin/env python3
"""Renders icon.svg into every icon that the bundles use, with rsvg-convert. Run by hand after the drawing has changed."""

import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).parent
PNGS = {"32x32.png": 32, "64x64.png": 64, "128x128.png": 128, "128x128@2x.png": 256, "icon.png": 512}
# An .icns names each size by its type; an .ico holds the sizes that Windows asks for.
ICNS = {"icp4": 16, "icp5": 32, "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024}
ICO = [16, 24, 32, 48, 64, 256]


def render(size: int) -> bytes:
    command = ["rsvg-convert", "--width", str(size), "--height", str(size), str(HERE / "icon.svg")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    for name, size in PNGS.items():
        (HERE / name).write_bytes(render(size))
    parts = [(kind.encode(), render(size)) for kind, size in ICNS.items()]
    pngs = [render(size) for size in ICO]
    body = b"".join(kind + struct.pack(">I", len(png) + 8) + png for kind, png in parts)
    (HERE / "icon.icns").write_bytes(b"icns" + struct.pack(">I", len(body) + 8) + body)
    table, offset = b"", 6 + 16 * len(ICO)
    for size, png in zip(ICO, pngs):
        table += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    (HERE / "icon.ico").write_bytes(struct.pack("<HHH", 0, 1, len(ICO)) + table + b"".join(pngs))


if __name__ == "__main__":
    main()
