"""The configuration the demo plays on: the embedded default, with the people of the story."""

from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from hotline_bridge.config import Cdr, Config, HttpSection, Person
from hotline_bridge.wiring import kept_secret

EXCHANGE = "asterisk"
SEAT, REVIEWER, DESK, AUDITOR = "8001", "复核岗甲", "投诉处理岗", "稽核"
#: Who decides in the story, in which roles, and the file in the state folder that holds their token.
PEOPLE = {
    SEAT: (("seat", "reviewer"), "8001.token"), REVIEWER: (("reviewer",), "reviewer.token"), DESK: (("desk",), "desk.token"),
    AUDITOR: (("auditor",), "auditor.token"),
}
POSTING = "seat.token"                  # the desktops' own; the wiring makes it
CALL_RECORDS = Path("exchange/Master.csv")
RECORDINGS = Path("exchange/recordings")
POLL = 0.1                              # seconds between looks at the call records


class DemoConfig(Config):
    """A configuration deaf to the environment: a demo must not reach the real servers that may be named there."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said here, and nothing else."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def settings(folder: Path) -> Config:
    """The demo's configuration below its folder; makes the people's tokens there."""
    bare = DemoConfig(state=folder / "state")
    for _, file in PEOPLE.values():
        kept_secret(bare, file)
    kept_secret(bare, POSTING)
    (folder / CALL_RECORDS).parent.mkdir(parents=True, exist_ok=True)
    return DemoConfig(
        state=bare.state, http=HttpSection(port=0), recordings=folder / RECORDINGS,
        cdr=(Cdr(name=EXCHANGE, file=folder / CALL_RECORDS, format="asterisk-csv", poll=POLL),),
        people=tuple(Person(name=name, roles=roles, token_file=bare.state / file) for name, (roles, file) in PEOPLE.items()),
    )
