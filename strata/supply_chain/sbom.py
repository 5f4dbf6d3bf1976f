"""The software bill of materials, in CycloneDX 1.6: Python, npm and Java in one."""

import sys
import uuid
from pathlib import Path
from typing import Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from strata.errors import StrataError
from strata.paths import ROOT
from strata.supply_chain.parts import Part, parts

FILE: Final = ROOT / "dist" / "sbom.cdx.json"
_ALGORITHMS: Final = {"sha256": HashAlgorithm.SHA_256, "sha512": HashAlgorithm.SHA_512}


def bill_of_materials() -> str:
    """Give the document; the same parts give the same text but for its time.

    A package that comes in several files, one for each platform, has the hash of none: which file
    is installed is not known here, and the lock file holds all of them.
    """
    found = parts()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, repr(found)))
    bom.metadata.component = Component(
        name="strata", type=ComponentType.APPLICATION, bom_ref="strata"
    )
    components = [_component(one) for one in found]
    for component in components:
        bom.components.add(component)
    bom.register_dependency(bom.metadata.component, components)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(part: Part) -> Component:
    group, _, name = part.name.rpartition("/")
    url = PackageURL(part.kind, group or None, name, part.version)
    known = part.hashes if len(part.hashes) == 1 else ()
    licence = [LicenseFactory().make_from_string(part.licence)] if part.licence else []
    return Component(
        name=name,
        group=group or None,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        hashes=[HashType(alg=_ALGORITHMS[kind], content=digest) for kind, digest in known],
        licenses=licence,
    )


def write(file: Path = FILE) -> None:
    """Write the document to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(bill_of_materials() + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        write()
    except StrataError as error:
        sys.exit(str(error))
    print(f"The bill of materials is written: {FILE}")
