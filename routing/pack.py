"""A bank's policy pack: its numbers and tables, each entry citing its rule. Parsed whole or refused whole."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from routing.afterwards import Callback, Radar, Repeat
from routing.calendar import Hours
from routing.entries import (
    Assisting, Authority, Closing, Counting, Dispute, Element, Extension, Forwarding, Inspection, LawTerm, Lead, Legal, Limit,
    Mass, Milestone, Note, OnTheSpot, Outcome, Overseas, Promise, Report, Retention, Review, Route, Ruling, Telling,
)
from routing.elements import ELEMENTS
from routing.errors import BadTable
from routing.ladder import Chasing
from routing.papers import Channel
from routing.table import Table, Text, digest_of, read_table
from routing.verdict import Category

_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9.-]{1,255}")
_PREFIX = (3, 12)                       # digits before the first dash of a case number


class Pack(Table):
    """A bank's whole policy."""

    id: Text
    name: Text
    centre: Text                        # the level of the centre that answers the hotline: 总行, 一级分行
    hotlines: tuple[Text, ...]
    zone: ZoneInfo
    form: Text                          # what this bank calls the slip (P-9.1, T-2)
    supervision_form: Text
    number_prefix: Text
    unsorted: Text                      # the limit of a case whose category nobody has decided (P-11)
    hours: Hours
    review: Review
    limits: Mapping[str, Limit]
    categories: Mapping[Category, str]
    milestones: tuple[Milestone, ...] = ()
    extension: Extension | None = None  # none: the pack knows no more time (P-11.2)
    authority: Authority
    law: tuple[LawTerm, ...] = Field(min_length=1)
    chasing: Chasing
    routes: tuple[Route, ...]
    forwarding: Forwarding | None = None
    overseas: Overseas | None = None
    leads: tuple[Lead, ...] = ()
    assisting: Assisting | None = None
    dispute: Dispute | None = None
    promise: Promise | None = None
    ruling: Ruling | None = None
    inspection: Inspection | None = None
    telling: tuple[Telling, ...] = ()
    legal: Legal | None = None
    elements: tuple[Element, ...] = Field(min_length=1)
    closing: Closing
    reports: tuple[Report, ...]
    key_branches: tuple[Text, ...] = ()     # the first-level branches that report every half month (P-24)
    counting: tuple[Counting, ...] = ()
    mass: tuple[Mass, ...]
    repeat: Repeat
    radar: Radar = Radar()
    callback: Callback | None = None    # none: the bank does not ask
    retention: Retention
    on_the_spot: tuple[OnTheSpot, ...] = ()
    notes: tuple[Note, ...] = ()
    digest: str = ""

    def limit_of(self, category: Category | None) -> Limit:
        """Return the limit of a category; a case not sorted yet has the `unsorted` one (P-11)."""
        return self.limits[self.unsorted if category is None else self.categories[category]]

    def law_on(self, day: date) -> LawTerm:
        """Return the legal limits in force on this day; before the first of them, the first."""
        return next((term for term in reversed(self.law) if term.valid_from <= day), self.law[0])

    def route_of(self, channel: Channel) -> Route:
        """Return the row of the routing table for this channel (P-9)."""
        return next(route for route in self.routes if channel in route.channels)

    def on_the_spot_of(self, channel: Channel) -> OnTheSpot | None:
        """Return under what rule this channel's complaints may be answered where they were taken; None where not (P-9.5)."""
        return next((entry for entry in self.on_the_spot if channel in entry.channels), None)

    def elements_of(self, category: Category | None) -> tuple[Element, ...]:
        """Return the elements an answer in this category must have (P-12, P-14.4)."""
        return tuple(element for element in self.elements if category not in element.not_applicable)

    def outcome(self, name: str) -> Outcome | None:
        """Return the outcome of this name, None where the pack knows no such end."""
        return next((outcome for outcome in self.closing.outcomes if outcome.name == name), None)

    def mass_of(self, people: int) -> tuple[Mass, ...]:
        """Return what so many people with the same matter set off (C-5; law: article 25)."""
        return tuple(entry for entry in self.mass if people >= entry.people)

    def counts_as(self, when: Literal["outlet", "risen", "beyond"]) -> str:
        """Return what a case that got so far counts as (C-4); 投诉 where the pack makes no difference."""
        return next((entry.counts_as for entry in self.counting if entry.when == when), "投诉")


def parse_pack(raw: Mapping[str, object], name: str) -> Pack:
    """Make a pack of a parsed TOML table; BadTable with all mistakes, each with its path and what was expected."""
    pack = read_table(Pack, {**raw, "digest": digest_of(raw)}, name)
    mistakes = _contradictions(pack)
    if "digest" in raw:
        mistakes.append("digest: is worked out from the table; expected it to be left out")
    if mistakes:
        raise BadTable(name, mistakes)
    return pack


def _contradictions(pack: Pack) -> list[str]:
    """Return what each entry allows but the whole does not."""
    known = ", ".join(sorted(pack.limits))
    found = [f"categories.{it.value}: missing; expected one of the limits {known}" for it in Category if it not in pack.categories]
    named = {"unsorted": pack.unsorted, **{f"categories.{it.value}": limit for it, limit in pack.categories.items()}}
    found += [f"{path}: {limit!r} is no limit; expected one of {known}" for path, limit in named.items() if limit not in pack.limits]
    found += _twice_or_never("routes.channels", [it.value for route in pack.routes for it in route.channels], [it.value for it in Channel])
    if not (pack.number_prefix.isascii() and pack.number_prefix.isdecimal() and _PREFIX[0] <= len(pack.number_prefix) <= _PREFIX[1]):
        found.append(f"number_prefix: {pack.number_prefix!r} cannot begin a case number; expected 3 to 12 digits")
    found += [
        f"elements.number: {it.number} is none of P-12's; expected 1 to {len(ELEMENTS)}" for it in pack.elements if it.number not in ELEMENTS
    ]
    found += _twice("elements.number", [str(element.number) for element in pack.elements])
    found += _twice("closing.outcomes.name", [outcome.name for outcome in pack.closing.outcomes])
    found += _assists_too_late(pack)
    found += _twice("reports.name", [report.name for report in pack.reports])
    found += [
        f"reports {report.name}: is of the key branches, and key_branches is empty; expected their codes, or of = 'bank'"
        for report in pack.reports if report.of == "key" and not pack.key_branches
    ]
    found += [
        f"reports {report.name}.addresses: {address!r} is no mail address; expected one like bangongshi@bank.example"
        for report in pack.reports for address in report.addresses if not _ADDRESS.fullmatch(address)
    ]
    found += [
        f"chasing.digest_times: {at} is outside hours; expected between {pack.hours.open} and {pack.hours.close}, and in no break"
        for at in pack.chasing.digest_times if not any(begins <= at < ends for begins, ends in pack.hours.spans)
    ]
    found += [
        f"callback.outcomes: {name!r} is no outcome; expected some of {'、'.join(it.name for it in pack.closing.outcomes)}"
        for name in (pack.callback.outcomes if pack.callback else ()) if pack.outcome(name) is None
    ]
    found += _twice("on_the_spot.channels", [it.value for entry in pack.on_the_spot for it in entry.channels])
    return found + _too_short(pack) + _gaps_in_law(pack.law)


def _assists_too_late(pack: Pack) -> list[str]:
    """Say where a unit that assists may take longer than the one that leads has (P-14.1, T-3)."""
    entry = pack.assisting
    limits = {pack.categories[it] for lead in pack.leads for it in lead.categories if it in pack.categories} & pack.limits.keys()
    return [] if entry is None else [
        f"assisting.within: {entry.within} {entry.count} is more than limits.{name}.last = {pack.limits[name].last}; expected not over, for the one who leads waits for it"
        for name in sorted(limits) if pack.limits[name].count == entry.count and entry.within > pack.limits[name].last
    ]


def _too_short(pack: Pack) -> list[str]:
    """What is wrong with how far an extension may reach (P-11.2)."""
    most = pack.extension.most if pack.extension else {}
    known = ", ".join(sorted(pack.limits))
    return [f"extension.most: {name!r} is no limit; expected one of {known}" for name in most if name not in pack.limits] + [
        f"extension.most.{name}: {far} is not over its last {pack.limits[name].last}; expected more, or no entry"
        for name, far in most.items() if name in pack.limits and far <= pack.limits[name].last
    ]


def _twice(path: str, names: list[str]) -> list[str]:
    return [f"{path}: {name} stands there twice; expected once" for name in sorted(set(names)) if names.count(name) > 1]


def _twice_or_never(path: str, names: list[str], wanted: list[str]) -> list[str]:
    return _twice(path, names) + [f"{path}: {name} is in no entry; expected in one" for name in wanted if name not in names]


def _gaps_in_law(law: tuple[LawTerm, ...]) -> list[str]:
    found = [
        f"law: {later.name} is valid from {later.valid_from}, {earlier.name} until {earlier.valid_until or 'further notice'}; "
        "expected each term to end before the next begins"
        for earlier, later in pairwise(law)
        if earlier.valid_until is None or earlier.valid_until >= later.valid_from
    ]
    return found + [f"law: {it.name} has simple {it.simple} over complex {it.complex}; expected not over" for it in law if it.simple > it.complex]
