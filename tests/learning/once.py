"""Trains a small model in a process of its own and prints the digest of its file."""

import hashlib
from dataclasses import replace

from hotline_bridge.config import load_config
from hotline_bridge.learning.train import train
from hotline_bridge.rulebook import load_rules
from tests.learning.texts import some_phrases, some_texts

MANY = frozenset({"系统故障", "民生资金", "人身安全", "reputation"})     # as often as each other: their order is anybody's


def main() -> None:
    texts = [replace(one, flags=(one.flags or frozenset()) | MANY) if number % 2 else one for number, one in enumerate(some_texts(40))]
    rules = load_rules(load_config(None), b"k" * 32).rules
    trained = train(texts, some_phrases(), rules.tables[rules.default_pack].beside(None), lambda _step: None)
    print(hashlib.sha256(trained.model.dump()).hexdigest())


if __name__ == "__main__":
    main()
