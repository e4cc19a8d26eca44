"""From the bytes of a push to a tree of names and values: JSON, a form, a query, XML, told apart by looking (inputs: trap 9)."""

import email.parser
import email.policy
import json
import re
from urllib.parse import parse_qsl, unquote_to_bytes

from lxml import etree

from adapters.formats.exchange_text import clean, words
from routing.papers import Unreadable

Tree = dict[str, object] | list[object]
QUERY = "@query"                # beside the fields of a body: the parameters of the address it was posted to
DEEPEST = 40                    # levels of a body; nothing real comes near
MOST_FIELDS = 5000
_XML = re.compile(rb"\s*<[?!A-Za-z]")
_PAIR = re.compile(r"[^=&\s{\[<][^=&]*=")
_CURE = "请核对厂商的推送格式与映射文件 / compare what the vendor pushes with the mapping: hotline-bridge vendor test NAME FILE"
_BAD_REFERENCES = re.compile(r"&(?!(?:[a-zA-Z]{1,8}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")


def kept_body(query: str, body: bytes) -> bytes:
    """What is kept of a push: its body as it came; where the address had parameters, a line `?…` with them before it."""
    return b"?" + query.encode("utf-8", "surrogateescape") + b"\n" + body if query else body


def parts_of(kept: bytes) -> tuple[str, bytes]:
    """The query and the body of what was kept."""
    if not kept.startswith(b"?"):
        return "", kept
    query, _, body = kept[1:].partition(b"\n")
    return words(query.strip()), body


def tree_of(kept: bytes, form: str = "auto") -> Tree:
    """The tree of what was kept; parameters of the address stand below `@query`, and at the top where there is no body.

    `form` is auto, json, form or xml. Unreadable with reason and cure.
    """
    query, body = parts_of(kept)
    asked = pairs_of(query)
    if not body.strip():
        if not asked:
            raise Unreadable(f"推送为空 / the push is empty; {_CURE}")
        return {**asked, QUERY: asked}
    tree = _tree(body, form)
    return {**tree, QUERY: asked} if isinstance(tree, dict) and asked else tree


def inner_tree(text: str) -> Tree:
    """The tree of a body that came as text in a field of another; Unreadable where it is none."""
    return _tree(text.encode("utf-8", "replace"), "auto")


def pairs_of(text: str) -> dict[str, object]:
    """Fields of a form or query; a name that comes twice has a list. Percent signs may hide UTF-8 or GBK."""
    found: dict[str, list[str]] = {}
    try:
        raw = parse_qsl(text, keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unreadable(f"表单字段过多 / a form with over {MOST_FIELDS} fields; {_CURE}") from None
    for name, value in raw:
        found.setdefault(_decoded(name), []).append(_decoded(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _decoded(read: str) -> str:
    """parse_qsl took every byte for a letter; here the bytes are read as what they are."""
    try:
        return clean(words(read.encode("latin-1")))
    except UnicodeEncodeError:          # it held letters beyond bytes itself: nobody percent-encoded it
        return clean(read)


def _tree(body: bytes, form: str) -> Tree:
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if form in {"auto", "json"} and body.startswith((b"{", b"[")):
        return _json(body)
    if form in {"auto", "xml"} and _XML.match(body):
        return _xml(body)
    if form in {"auto", "form"} and body.startswith(b"--"):
        return _multipart(body)
    text = words(body)
    if form in {"auto", "form"} and (_PAIR.match(text) or form == "form"):
        return _form(body)
    if form == "auto" and text.lower().startswith(("%7b", "%5b")):
        return _json(unquote_to_bytes(body))
    wanted = {"auto": "JSON, XML, a form", "json": "JSON", "xml": "XML", "form": "a form"}[form]
    raise Unreadable(f"推送内容无法辨认 / the body is not {wanted}; {_CURE}")


def _form(body: bytes) -> Tree:
    return pairs_of(body.decode("latin-1").replace("\r\n", "").replace("\n", ""))


def _json(body: bytes) -> Tree:
    try:
        found = json.loads(words(body), strict=False, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        at = f"第 {error.pos} 字符 / character {error.pos}" if isinstance(error, json.JSONDecodeError) else "过深 / too deep"
        raise Unreadable(f"JSON 不完整或有误（{at}） / the JSON is broken; {_CURE}") from None
    if not isinstance(found, dict | list):
        raise Unreadable(f"JSON 既不是对象也不是数组 / the JSON is neither an object nor a list; {_CURE}")
    _shallow(found)
    return found


def _shallow(found: object) -> None:
    """Unreadable where the body is nested deeper than anything real: expressions walk it by recursion."""
    level = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return
    raise Unreadable(f"嵌套超过 {DEEPEST} 层 / the body is nested over {DEEPEST} levels; {_CURE}")


def _xml(body: bytes) -> Tree:
    """An element is a table of its attributes (`@name`), its children by name, and its own words (`#text`) where it has both."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unreadable(f"XML 含有文档类型声明，不予解析 / the XML declares a document type, which is not read; {_CURE}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(_readable_xml(body), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"XML 不完整或有误 / the XML is broken: {str(error).splitlines()[0][:120]}; {_CURE}") from None
    found: dict[str, object] = {_name(root): _element(root, 0)}
    return found


def _readable_xml(body: bytes) -> bytes:
    """As UTF-8 without declaration: declared encodings lie; and a bare & in a number or a name is no reason to lose a call."""
    text = _BAD_REFERENCES.sub("&amp;", words(body))
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip().encode()


def _element(element: "etree._Element", depth: int) -> object:
    if depth > DEEPEST:
        raise Unreadable(f"嵌套超过 {DEEPEST} 层 / the body is nested over {DEEPEST} levels; {_CURE}")
    table: dict[str, object] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        name, inner = _name(child), _element(child, depth + 1)
        before = table.get(name)
        table[name] = inner if before is None else [*before, inner] if isinstance(before, list) else [before, inner]
    text = (element.text or "").strip()
    if not table:
        return text
    return {**table, **({"#text": text} if text else {})}


def _name(element: "etree._Element") -> str:
    return str(etree.QName(element).localname)


def _multipart(body: bytes) -> Tree:
    """A form of parts (RFC 7578); its boundary is its first line, whatever the header said."""
    boundary = body.split(b"\n", 1)[0].strip()[2:]
    head = b'Content-Type: multipart/form-data; boundary="' + boundary + b'"\r\n\r\n'
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head + body)
    found: dict[str, object] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and not part.get_filename():
            found[clean(name)] = clean(words(content.rstrip(b"\r\n")))
    if not found:
        raise Unreadable(f"多部分表单中没有字段 / a form of parts without fields; {_CURE}")
    return found
