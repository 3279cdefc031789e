#!/usr/bin/env python3
"""Write campaign/data/places/*.csv from the installed package `vietnamadminunits` (PyPI, version 1.0.4, MIT).

    python3 -m venv /tmp/places && /tmp/places/bin/pip install vietnamadminunits==1.0.4
    /tmp/places/bin/python campaign/data/generate.py            # writes the files
    /tmp/places/bin/python campaign/data/generate.py --check    # fails when the checked-in files differ
    ... --compare FILE   # also compares the commune codes with a second list: nested-divisions.json of `vietnam-provinces`

Only the standard library and the package's data files are used. Output is sorted, UTF-8 in Unicode form NFC, LF, no quotes.
The script refuses to write when a count, a code or a coordinate is not what the official tables say.
"""

import argparse
import collections
import importlib.metadata
import json
import math
import pathlib
import sqlite3
import sys
import unicodedata

PACKAGE, VERSION = "vietnamadminunits", "1.0.4"
HERE = pathlib.Path(__file__).resolve().parent / "places"
KIND = {"Tỉnh": "tinh", "Thành phố": "thanh-pho", "Xã": "xa", "Phường": "phuong", "Đặc khu": "dac-khu"}
# Resolution 30/2026/QH16: Đồng Nai is a city under the central government since 30 April 2026; the package is from 2025.
CITIES_SINCE_THE_PACKAGE = {"75"}
ENGLISH = {"01": "Hanoi", "79": "Ho Chi Minh City"}
# The country with its seas: Hoàng Sa and Trường Sa reach 115° E.
LATITUDES, LONGITUDES = (7.0, 23.5), (102.0, 116.0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    arguments.add_argument("--compare", metavar="FILE", help="nested-divisions.json of vietnam-provinces")
    arguments = arguments.parse_args()

    distribution = importlib.metadata.distribution(PACKAGE)
    require(distribution.version == VERSION, f"{PACKAGE} {VERSION} is needed, {distribution.version} is installed")
    data = pathlib.Path(distribution.locate_file(PACKAGE)) / "data"
    database = sqlite3.connect(f"file:{data / 'dataset.db'}?mode=ro", uri=True)
    communes = read_communes(database)
    provinces = read_provinces(database, communes)
    old = read_old_provinces(database)
    successors = read_successors(database, json.loads((data / "converter_2025.json").read_text("utf-8")))
    verify(provinces, communes, old, successors)
    if arguments.compare:
        compare(communes, json.loads(pathlib.Path(arguments.compare).read_text("utf-8")))

    licence = next(f for f in distribution.files if f.name == "LICENSE").locate().read_text("utf-8")
    files = {
        "vn-2025-provinces.csv": table("code,kind,name,name_en,lat,lon", provinces),
        "vn-2025-communes.csv": table("code,province,kind,name,lat,lon", communes),
        "vn-2004-provinces.csv": table("code,kind,name,name_en,lat,lon", old),
        "successors.csv": table("code_set,code,successor_code_set,successor_code,since", successors),
        "LICENSE-vietnamadminunits": licence,
    }
    for name, text in files.items():
        path = HERE / name
        if arguments.check:
            require(path.is_file() and path.read_bytes() == text.encode(), f"{path} is not what {PACKAGE} {VERSION} gives")
        else:
            path.write_bytes(text.encode())
    print(f"{len(provinces)} provinces, {len(communes)} communes, {len(old)} old provinces, {len(successors)} successors")


def read_communes(database):
    """The communes of VN-2025. The kind is read from the full name: the package's type column is wrong in four rows."""
    rows = database.execute("SELECT wardCode, provinceCode, ward, wardLat, wardLon FROM admin_units ORDER BY wardCode")
    return [(code, province, *kind_and_name(full), point(lat), point(lon)) for code, province, full, lat, lon in rows]


def read_provinces(database, communes):
    """The provinces of VN-2025. The package's own points are rough (some lie in a neighbour): a province's point is that
    of the commune nearest to the area-weighted middle of its communes, special zones (islands) left out."""
    areas = dict(database.execute("SELECT wardCode, coalesce(wardAreaKm2, 0) FROM admin_units"))
    rows = database.execute("SELECT DISTINCT provinceCode, province FROM admin_units ORDER BY provinceCode")
    provinces = []
    for code, full in rows:
        kind, name = kind_and_name(full)
        if code in CITIES_SINCE_THE_PACKAGE:
            kind = "thanh-pho"
        mainland = [(float(c[4]), float(c[5]), areas[c[0]]) for c in communes if c[1] == code and c[2] != "dac-khu"]
        total = sum(area for _, _, area in mainland)
        middle = tuple(sum(c[axis] * c[2] for c in mainland) / total for axis in (0, 1))
        nearest = min(mainland, key=lambda c: distance(c, middle))
        provinces.append((code, kind, name, english(code, name), point(nearest[0]), point(nearest[1])))
    return provinces


def read_old_provinces(database):
    rows = database.execute(
        "SELECT DISTINCT provinceCode, province, provinceLat, provinceLon FROM admin_units_legacy ORDER BY provinceCode"
    )
    old = []
    for code, full, lat, lon in rows:
        kind, name = kind_and_name(full)
        old.append((code, kind, name, english(code, name), point(lat), point(lon)))
    return old


def read_successors(database, converter):
    new = dict(database.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units"))
    old = dict(database.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units_legacy"))
    pairs = [(old[o], new[n]) for n, olds in converter["DICT_PROVINCE"].items() for o in olds]
    return [("VN-2004", o, "VN-2025", n, "2025-07-01") for o, n in sorted(pairs)]


def verify(provinces, communes, old, successors):
    require(len({p[0] for p in provinces}) == len(provinces) == 34, "34 provinces")
    require(len({c[0] for c in communes}) == len(communes) == 3321, "3,321 communes")
    require(len({p[0] for p in old}) == len(old) == 63, "63 old provinces")
    kinds = collections.Counter(c[2] for c in communes)
    require(kinds == {"xa": 2621, "phuong": 687, "dac-khu": 13}, f"2,621 xã, 687 phường, 13 đặc khu; found {kinds}")
    require(sum(p[1] == "thanh-pho" for p in provinces) == 7, "7 cities, 27 provinces")
    require({c[1] for c in communes} == {p[0] for p in provinces}, "every commune has a province, every province communes")
    require(sorted(s[1] for s in successors) == [p[0] for p in old], "every old province has exactly one successor")
    require({s[3] for s in successors} == {p[0] for p in provinces}, "every new province comes from an old one")
    for row in provinces + communes + old:
        lat, lon = float(row[-2]), float(row[-1])
        require(LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= lon <= LONGITUDES[1], f"{row} is in Viet Nam")
        require(row[0].isdigit() and len(row[0]) == (5 if len(row[1]) == 2 else 2), f"{row}: 2 or 5 digits")


def compare(communes, divisions):
    """Commune codes, provinces and kinds must agree; names up to the place of the tone mark and the apostrophe's shape."""
    other = {
        f"{w['code']:05d}": (f"{p['code']:02d}", *kind_and_name(w["name"][0].upper() + w["name"][1:]))
        for p in divisions
        for w in p["wards"]
    }
    differ = [(c[:4], other.get(c[0])) for c in communes if fold(c[1:4]) != fold(other.get(c[0], ("", "", "")))]
    require(not differ and len(other) == len(communes), f"{len(differ)} communes differ: {differ[:5]}")


def fold(unit):
    words = unicodedata.normalize("NFD", " ".join(unit).replace("’", "'").replace("–", "-").lower()).split()
    return ["".join(sorted(word)) for word in words]


def kind_and_name(full):
    full = unicodedata.normalize("NFC", " ".join(full.split()))
    word = next(word for word in KIND if full.startswith(word + " "))
    name = full[len(word) + 1 :]
    require("," not in name and '"' not in name, f"{name} needs quotes")
    return KIND[word], name


def english(code, name):
    """The name without marks, as English texts write it."""
    bare = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return ENGLISH.get(code, "".join(c for c in bare if not unicodedata.combining(c)))


def point(degrees):
    return f"{float(degrees):.5f}"


def distance(a, b):
    return math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians(b[0])))


def table(header, rows):
    return header + "\n" + "".join(",".join(row) + "\n" for row in rows)


def require(condition, message):
    if not condition:
        sys.exit(f"generate.py: {message}")


if __name__ == "__main__":
    main()
