"""The figures of `status` in the text format of Prometheus."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE, generate_latest

__all__ = ["CONTENT_TYPE", "exposition"]

#: (name, what it says, the key of `status`): figures that are single numbers, or lists to be counted.
_SINGLE = (
    ("tasks_due", "tasks that are due now", "tasks_due"), ("tasks_parked", "tasks that wait for a person", "parked"),
    ("papers_quarantined", "papers nobody could read", "quarantined"), ("cases_out_of_sight", "open cases nobody is reminded of (must be 0)", "out_of_sight"),
    ("outages", "doors that are silent now", "outages"),
)


class _Standing:
    """What one look at the house found, as Prometheus collects it."""

    def __init__(self, standing: Mapping[str, Any]) -> None:
        self._standing = standing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure."""
        for name, says, key in _SINGLE:
            value = self._standing[key]
            yield GaugeMetricFamily(f"hotline_bridge_{name}", says, value=len(value) if isinstance(value, list) else value)
        cases = GaugeMetricFamily("hotline_bridge_cases", "cases by state", labels=["state"])
        for state, count in self._standing["cases"].items():
            cases.add_metric([state], count)
        yield cases
        letters = GaugeMetricFamily("hotline_bridge_letters", "letters by recipient and by what became of them", labels=["state"])
        for state, count in self._standing["letters"].items():
            letters.add_metric([state], count)
        yield letters
        calls = GaugeMetricFamily("hotline_bridge_call_errands", "calls that wait for a person, by kind", labels=["kind"])
        for kind, count in self._standing["calls"].items():
            calls.add_metric([kind], count)
        yield calls
        recordings = GaugeMetricFamily("hotline_bridge_recordings", "recordings by how they stand", labels=["state"])
        for state, count in self._standing["recordings"].items():
            recordings.add_metric([state], count)
        yield recordings
        ages = GaugeMetricFamily("hotline_bridge_source_age_seconds", "seconds since a door last succeeded", labels=["source"])
        for source, last in self._standing["sources"].items():
            if last["age_s"] is not None:       # one that never did is among the outages
                ages.add_metric([source], last["age_s"])
        yield ages


def exposition(standing: Mapping[str, Any]) -> bytes:
    """Return the figures as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Standing(standing))
    return generate_latest(registry)
