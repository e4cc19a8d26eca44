"""Every template and its placeholders on one page. `python -m tests.templates_index` writes docs/templates.md."""

from collections.abc import Iterator
from pathlib import Path

from routing.form import ANSWERS, LABELLED, PLACES, REQUIRED
from routing.stationery import KINDS, Kind
from routing.templating import FILTERS, LONGEST_OUTPUT, Slot

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/templates.md")
HEAD = f"""\
# Templates: the words of letters, and the slip's form

信件与转办单的模板。

Written by `python -m tests.templates_index` from the program itself; do not edit.

Copy those files of `routing/templates/zh` that are to be changed into a folder of the bank's own and name it in `bank.templates`; each
file there replaces the shipped one of its name, the others stay as they are. The slip as a Word form is one file, `slip.docx`: draw it
in Word or WPS and name it in `bank.slip_template`.

```
hotline-bridge templates list                                   # every template, and which are the bank's own
hotline-bridge templates show cover                             # its words and its placeholders
hotline-bridge templates check --templates DIR --slip FILE      # try them before they are put in force
hotline-bridge templates preview reminder --out DIR             # on made-up people, in every state: text, page, Word, PDF
hotline-bridge templates diff                                   # what the bank changed
systemctl reload hotline-bridge                                 # put them in force; with any mistake the old ones stay, and the log says why
```

## How they are written

UTF-8. The first line of a `.txt.j2` that has a subject is the subject. A small part of Jinja2, in its sandbox; nothing else exists:

| write | for |
| --- | --- |
| `{{{{ number }}}}`, `{{{{ row.number }}}}` | a placeholder, a field of a row |
| `{{% if due %}} … {{% elif late and not more %}} … {{% else %}} … {{% endif %}}`, `{{{{ '甲' if late else '乙' }}}}` | what depends; `==`, `>`, `and`, `or`, `not` |
| `{{% for row in rows %}} … {{% else %}} … {{% endfor %}}` | placeholders of the kinds lines and rows; `loop.index`, `loop.first`, `loop.last`, `loop.length` |
| `{{% filter wrap %}} … {{% endfilter %}}` | break the lines between at 72 columns, no stop at the beginning of a line |
| {', '.join(f'`{name}`' for name in FILTERS)} | filters: `brief(40)` and `pad(26)` take a number, `join('、')` a joint; `br` is for pages |

Calls, `set`, macros, `include`, arithmetic and brackets do not exist, so a template can neither run for ever nor reach beyond its
letter: what its loops add is limited to {LONGEST_OUTPUT:,} characters beyond the values. In pages everything is escaped; scripts, forms,
pictures and links are refused.

**Told before anything is sent.** `check`, `check-config`, the start and a reload read every template, name each unknown placeholder with
file, line and the names there are, and write every letter in every state with made-up people: what a letter must say (last column) must
be there; a letter quoted below an answer must not be read as one; each line of the request must be read back when it is filled in; so
must the Word form, with all its elements. A letter that would leave out what it must say is not made even later: its task waits for a
person with the reason (`hotline-bridge status`).

**No names** (P-6). Who complains stands on the slip and nowhere else: letters have no placeholder for it, a copy's slip is masked before
a template sees it, and a subject takes only placeholders marked ● below. What a reviewer signed for (P-9.1) is the slip's content,
whatever form it is printed on.

## Letters

The closing line `{{{{ signature }}}}` is by which our own letters are known when they come back quoted.
"""
FORM_HEAD = """\
## The slip's form: slip.docx

Placeholders are written `{{number}}`; `{{customer.label}}` is what the field is called on this slip (e.g. with 选填 where an element may stay
empty). A row of a table none of whose fields the slip has, such as 交办单位, is left out. The unit's half begins with a row
`二、调查处理情况`. A4 upright; no macros, no links to other files.

| placeholder | label | what it is | must be there |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Return docs/templates.md."""
    return "\n".join([HEAD, *(line for kind in KINDS.values() for line in _letter(kind)), FORM_HEAD.rstrip(), *_form(), ""])


def _letter(kind: Kind) -> Iterator[str]:
    yield f"### {', '.join(f'`{name}`' for name in kind.templates)}"
    yield f"\n{kind.zh}. It {kind.en} ({kind.rule}).\n" if not kind.en.startswith(("a ", "the ")) else f"\n{kind.zh}: {kind.en} ({kind.rule}).\n"
    yield "| placeholder | kind | subject | 中文 | what it is | must be said |\n| --- | --- | --- | --- | --- | --- |"
    for slot in kind.slots:
        yield _row(kind, slot, slot.name)
        yield from (_row(kind, each, f"{slot.name}[].{each.name}") for each in slot.fields)
    yield ""


def _row(kind: Kind, slot: Slot, name: str) -> str:
    top, _, inner = name.partition("[].")
    must = ", ".join(f"{one.part} ({one.rule})" for one in kind.must if one.slot == top and (inner in one.fields if inner else not one.fields))
    return f"| `{name}` | {slot.kind} | {'●' if slot.public and kind.subject and not inner else ''} | {slot.zh} | {slot.en} | {must} |"


def _form() -> Iterator[str]:
    must = {**REQUIRED, **dict.fromkeys(ANSWERS, "P-12, once")}
    yield from (f"| `{{{{{key}}}}}` | {zh}{'' if key in LABELLED else ' (no .label)'} | {en} | {must.get(key, '')} |" for key, (zh, en) in PLACES.items())


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
