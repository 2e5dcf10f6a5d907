"""Read what the computer is: maker, model, processor, memory; and say its name as people do."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACEHOLDERS = frozenset(
    (
        "",
        "-",
        "0",
        "00",
        "1.0",
        "123456789",
        "all series",
        "default string",
        "invalid",
        "n/a",
        "none",
        "not applicable",
        "not available",
        "not specified",
        "not used",
        "o.e.m.",
        "oem",
        "standard",
        "sku",
        "system manufacturer",
        "system name",
        "system product name",
        "system version",
        "to be filled by o.e.m.",
        "type1 - tbd by oem",
        "type1family",
        "type1productconfigid",
        "undefined",
        "unknown",
        "x",
        "x.x",
    )
)
_MAKERS = {
    "acer": "Acer",
    "apple inc.": "Apple",
    "apple computer, inc.": "Apple",
    "asus": "ASUS",
    "asustek computer inc.": "ASUS",
    "asustek computer inc": "ASUS",
    "dell inc.": "Dell",
    "fujitsu": "Fujitsu",
    "fujitsu siemens": "Fujitsu Siemens",
    "gigabyte technology co., ltd.": "Gigabyte",
    "google": "Google",
    "hewlett-packard": "HP",
    "hp": "HP",
    "ibm": "IBM",
    "intel corporation": "Intel",
    "lenovo": "Lenovo",
    "micro-star international co., ltd.": "MSI",
    "micro-star international co., ltd": "MSI",
    "microsoft corporation": "Microsoft",
    "packard bell": "Packard Bell",
    "samsung electronics co., ltd.": "Samsung",
    "sony corporation": "Sony",
    "toshiba": "Toshiba",
}
_VM_MAKERS = ("qemu", "innotek gmbh", "vmware", "xen", "parallels", "bochs")
_VM_PRODUCTS = ("virtual machine", "virtualbox", "vmware", "kvm", "standard pc (")
_TYPE_CODE = re.compile(r"[0-9][0-9A-Z]{3}(?:[0-9A-Z]{3,6})?")
_TAIL = re.compile(r"\s+(?:notebook pc|notebook computer|all-in-one pc|desktop pc)$", re.IGNORECASE)
_COMPANY = re.compile(
    r"(?:,? (?:inc|ltd|llc|co|corp|corporation|bv|b\.v|gmbh|limited|computer)\.?)+$", re.IGNORECASE
)
# ASUS writes the board's code once more behind the name.
_BOARD_SUFFIX = re.compile(r"(?<=\w)_[A-Z0-9]{4,}$")
_CPU_LABELS = frozenset(
    (
        "model name",
        "modellname",
        "nom de modèle",
        "nombre del modelo",
        "nome do modelo",
        "nome del modello",
        "имя модели",
        "nazwa modelu",
        "modelnaam",
        "model adı",
        "назва моделі",
        "型号名称",
        "モデル名",
        "modellnavn",
        "modellnamn",
        "název modelu",
        "nom del model",
    )
)
_CPU_VALUE = re.compile(
    r"(?:\d+th Gen )?(?:Intel\(R\)|AMD (?!-V)|Common KVM|QEMU Virtual CPU|VIA |Genuine Intel\(R\))"
)


@dataclass(frozen=True, slots=True)
class Board:
    """The three strings that a report has about a computer, as they came; blank ones are None."""

    manufacturer: str | None
    product_name: str | None
    system_version: str | None

    def is_vm(self) -> bool:
        """Tell whether this is a virtual machine."""
        maker, product = (self.manufacturer or "").lower(), (self.product_name or "").lower()
        return maker.startswith(_VM_MAKERS) or any(word in product for word in _VM_PRODUCTS)

    def is_coreboot(self) -> bool:
        """Tell whether the firmware calls itself coreboot."""
        return "coreboot" in f"{self.manufacturer} {self.system_version}".lower()

    def model(self) -> str | None:
        """Give the name that a person would say, or None for a computer whose maker left no name."""
        maker, product = _maker(self.manufacturer), _filled(self.product_name)
        version = _filled(self.system_version)
        if maker in {"Lenovo", "IBM"} and version and (not product or _TYPE_CODE.fullmatch(product)):
            # Lenovo's product name is a code of type and country; its version is the human name.
            product = version
        if not product:
            return None
        product = _TAIL.sub("", product).removeprefix("Dell System ")
        if maker == "ASUS":
            product = _BOARD_SUFFIX.sub("", product)
        if not maker or product.lower().startswith(maker.lower()):
            return product
        return f"{maker} {product}"


def read_board(manufacturer: str | None, product_name: str | None, system_version: str | None) -> Board:
    """Read the three sections of dmidecode."""
    return Board(_first_line(manufacturer), _first_line(product_name), _first_line(system_version))


def read_ram(free: str | None) -> int | None:
    """Give the memory in MB from `free`: the label is in the user's language, the place is not."""
    for line in (free or "").splitlines()[:5]:
        _, colon, numbers = line.partition(":")
        fields = numbers.split()
        if colon and fields and fields[0].isascii() and fields[0].isdigit() and len(fields[0]) < 12:
            return int(fields[0])
    return None


def read_cpu(lscpu: str | None) -> str | None:
    """Give the processor's name from `lscpu`, by its label or, in an unknown language, by its look."""
    pairs = [(label.strip().lower(), value.strip()) for label, _, value in _labelled(lscpu)]
    named = [value for label, value in pairs if label in _CPU_LABELS and value]
    looking = [value for _, value in pairs if _CPU_VALUE.match(value)]
    return next(iter(named + looking), None)


def is_placeholder(value: str | None) -> bool:
    """Tell whether the maker of a board never filled in this value."""
    text = " ".join((value or "").split()).lower()
    return text in _PLACEHOLDERS or not text.strip("0. -")


def _labelled(body: str | None) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in (body or "").splitlines()[:200]]


def _first_line(body: str | None) -> str | None:
    line = next((line.strip() for line in (body or "").splitlines() if not line.startswith("#")), "")
    return line[:200] or None


def _filled(value: str | None) -> str | None:
    return None if is_placeholder(value) else " ".join((value or "").split())


def _maker(manufacturer: str | None) -> str | None:
    value = _filled(manufacturer)
    return _MAKERS.get(value.lower()) or _COMPANY.sub("", value) if value else None
