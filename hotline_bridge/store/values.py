"""Values of the rules as JSON columns, and back."""

from typing import Any

from pydantic import TypeAdapter

from routing.papers import Call
from routing.verdict import Complaint, Verdict

_complaint = TypeAdapter(Complaint)
_verdict = TypeAdapter(Verdict)
_call = TypeAdapter(Call)


def complaint_json(value: Complaint) -> Any:  # noqa: ANN401 (what json takes)
    """A complaint as a JSON object."""
    return _complaint.dump_python(value, mode="json")


def complaint_of(value: object) -> Complaint:
    """A complaint out of its JSON object."""
    return _complaint.validate_python(value)


def verdict_json(value: Verdict | None) -> Any:  # noqa: ANN401 (what json takes)
    """A verdict as a JSON object."""
    return None if value is None else _verdict.dump_python(value, mode="json")


def verdict_of(value: object) -> Verdict | None:
    """A verdict out of its JSON object."""
    return None if value is None else _verdict.validate_python(value)


def call_json(value: Call) -> Any:  # noqa: ANN401 (what json takes)
    """A call's leg as a JSON object."""
    return _call.dump_python(value, mode="json")


def call_of(value: object) -> Call:
    """A call's leg out of its JSON object."""
    return _call.validate_python(value)
