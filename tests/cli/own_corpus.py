"""The command itself, learning from a folder of few texts in place of the shipped ones: `python -m tests.cli.own_corpus FOLDER triage train …`."""

import sys
from pathlib import Path

from hotline_bridge.cli import main
from hotline_bridge.learning import corpus

if __name__ == "__main__":
    corpus.CORPUS = Path(sys.argv.pop(1))
    main()
