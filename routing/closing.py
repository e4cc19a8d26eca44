"""How a case may end: the outcomes a pack knows, and what each asks for first (P-19, P-21, T-5, C-4)."""

from routing.case import Case, State
from routing.errors import RuleError
from routing.pack import Pack


def outcomes(pack: Pack) -> tuple[str, ...]:
    """Return the ends a pack knows, in the words of its form."""
    return tuple(outcome.name for outcome in pack.closing.outcomes)


def may_close(case: Case, pack: Pack, outcome: str, *, answered: bool, free_will: bool = False, reason: str = "") -> None:
    """Return where the case may be closed with this outcome, else raise RuleError with the rule and the cure.

    `answered`: the unit's answer is in and complete. `free_will`: the customer was asked and withdraws of their own
    will; then `reason` says why. A withdrawal under pressure does not end the case (P-19).
    """
    found = pack.outcome(outcome)
    if found is None:
        raise RuleError(f"{pack.id} knows no outcome {outcome!r} ({pack.closing.rule}); choose one of {'、'.join(outcomes(pack))}")
    if case.state is State.CLOSED:
        raise RuleError(f"case {case.number} is closed already; reopen it first (P-18)")
    if found.needs_answer and not answered:
        raise RuleError(
            f"case {case.number} is {case.state.value} and {outcome} needs the unit's answer ({found.rule}); "
            "wait for it or have the unit chased",
        )
    if found.needs_free_will and not free_will:
        raise RuleError(
            f"case {case.number}: ask the customer whether the withdrawal is of their own will ({found.rule}); "
            "under pressure or threat the case goes on",
        )
    if found.needs_free_will and not reason.strip():
        raise RuleError(f"case {case.number}: a withdrawal is filed with its reason ({found.rule}); write it down")


def closes_itself(case: Case, pack: Pack) -> str | None:
    """Return the outcome with which an answered case closes without the desk; None where the desk closes.

    Only for a pack that says so (`by = "auto"`): with the first outcome that an answer is enough for (D-4).
    """
    if pack.closing.by != "auto" or case.state is not State.ANSWERED:
        return None
    return next((it.name for it in pack.closing.outcomes if it.needs_answer and not it.needs_free_will), None)
