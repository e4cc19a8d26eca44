"""What triage would decide about a case under other rules, beside what it decides under those in force (P-9.1, P-14)."""

from dataclasses import dataclass, replace

from routing.case import Case
from routing.rules import Rules
from routing.triage import triage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a case by triage alone, in the words a person compares."""

    category: str
    flags: frozenset[str]
    unit: str               # "" undecided: the desk
    held: bool
    due: str                # date and time, "" where there is no limit


def outcome(case: Case, rules: Rules, pack: str = "") -> Outcome:
    """Judge a stored case afresh; `pack` "" is the pack it is handled under. RuleError where the pack is not loaded."""
    under = replace(case, pack=pack or case.pack)
    rules.pack(under.pack)
    verdict = triage(case.complaint, rules.tables[under.pack])
    judged = rules.timed(replace(under, verdict=verdict, category=verdict.category, unit=verdict.unit))
    return Outcome(
        category=verdict.category.value, flags=frozenset(flag.name for flag in verdict.flags), unit=verdict.unit or "",
        held=rules.holds(judged), due=f"{judged.due:%Y-%m-%d %H:%M}" if judged.due else "")


def differences(before: Outcome, after: Outcome) -> dict[str, str]:
    """Name what would change and how, the gravest first; empty where nothing does."""
    found = {}
    if before.held != after.held:
        found["held"] = "复听 → 直接转办 no longer held" if before.held else "直接转办 → 复听 would be held"
    if before.flags != after.flags:
        gone, new = sorted(before.flags - after.flags), sorted(after.flags - before.flags)
        found["flags"] = " ".join([*(f"+{name}" for name in new), *(f"-{name}" for name in gone)])
    for name in ("unit", "category", "due"):
        old, now = getattr(before, name), getattr(after, name)
        if old != now:
            found[name] = f"{old or '未定'} → {now or '未定'}"
    return found
