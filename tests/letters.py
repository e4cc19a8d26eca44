"""The letters in the words that come along: the functions of routing.wording, with its templates put in."""

from functools import partial

from adapters.formats import slip_docx
from hotline_bridge.templates import load_templates
from routing import reminder as reminders, wording

SHEETS = load_templates()
cover, copied, incomplete = partial(wording.cover, SHEETS), partial(wording.copied, SHEETS), partial(wording.incomplete, SHEETS)
bounce, notice, set_aside = partial(wording.bounce, SHEETS), partial(wording.notice, SHEETS), partial(wording.set_aside, SHEETS)
slip_page, reminder = partial(wording.slip_page, SHEETS), partial(reminders.reminder, SHEETS)


def write_slip(slip, at):
    return slip_docx.write_slip(slip, at, SHEETS.form)
