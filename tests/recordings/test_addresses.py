"""Where recordings may be fetched from: listed beginnings only, however an address is written (SSRF)."""

from ipaddress import ip_network

import pytest
from hypothesis import given, strategies as st

from adapters.formats.fetch_address import address_of, allowed, headers_of, reachable

ENTRIES = [address_of(one) for one in ("https://rec.example/rec/", "sftp://rec@pbx.example/monitor/", "http://127.0.0.1:8000/x", "https://rec.example:8443/")]


@pytest.mark.parametrize(("text", "url"), [
    ("https://rec.example/rec/a.wav", "https://rec.example:443/rec/a.wav"), ("HTTPS://REC.example.:443/rec/a.wav?k=1&b=%20", "https://rec.example:443/rec/a.wav?k=1&b=%20"),
    ("https://rec.example/rec//录音/一.wav", "https://rec.example:443/rec//%E5%BD%95%E9%9F%B3/%E4%B8%80.wav"), ("sftp://rec@pbx.example/monitor/a.wav", "sftp://pbx.example:22/monitor/a.wav"),
    ("http://127.0.0.1:8000/x/b", "http://127.0.0.1:8000/x/b"), ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"), ("https://rec.example:8443/any", "https://rec.example:8443/any"),
    ("https://rec.example/rec/a%2bb..wav", "https://rec.example:443/rec/a%2bb..wav"),
])
def test_a_listed_address_is_fetched_as_it_was_taken_apart(text: str, url: str) -> None:
    assert allowed(text, ENTRIES)[0].url == url


@pytest.mark.parametrize("text", [
    "https://rec.example/rec/../secret", "https://rec.example/rec/%2e%2e/secret", "https://rec.example/rec/.%2e/secret", "https://rec.example/rec/%252e%252e/secret",
    "https://rec.example/rec/a%2f..%2fsecret", "https://rec.example/rec/..;/secret", "https://rec.example/rec/%5c..%5csecret", "https://rec.example/recording/a", "https://rec.example/re",
    "https://rec.example@evil.example/rec/a", "https://rec.example:443@evil.example/rec/a", "https://user@rec.example/rec/a", "https://u:p@rec.example/rec/a", "https://evil.example/rec/a",
    "https://rec.example.evil.example/rec/a", "https://rec.example\\@evil.example/rec/a", "https://evil.example#@rec.example/rec/a", "https://evil.example?@rec.example/rec/a",
    "https://rec.example:444/rec/a", "http://rec.example/rec/a", "sftp://root@pbx.example/monitor/a", "sftp://pbx.example/monitor/a", "sftp://rec:pw@pbx.example/monitor/a",
    "sftp://rec@pbx.example/etc/passwd", "http://127.1:8000/x/a", "http://0x7f000001:8000/x/a", "http://2130706433:8000/x/a", "http://[::ffff:127.0.0.1]:8000/x/a", "http://localhost:8000/x/a",
    "https://rec.example/rec/a\r\nHost: evil", "https://rec.example/rec/a b", "https://rec.example/rec/\x00", "https://ｒec.example@/rec/a", "file:///etc/passwd", "gopher://rec.example/rec/",
    "ftp://rec.example/rec/a", "//rec.example/rec/a", "https:///rec/a", "https://rec.example:99999/rec/a", "https://[rec.example/rec/a", "", "https://" + "a" * 5000,
    "https://rec.example/rec/\udcff", "sftp://rec@pbx.example/monitor/%2e%2e/%2e%2e/etc/passwd",
])
def test_no_way_of_writing_leads_anywhere_else(text: str) -> None:
    with pytest.raises(ValueError, match=" / "):
        allowed(text, ENTRIES)


@given(st.text(max_size=60))
def test_whatever_is_allowed_is_on_a_listed_host_and_below_its_path(text: str) -> None:
    for start in ("https://rec.example/rec/", "https://rec.example", "sftp://rec@pbx.example/monitor/", ""):
        try:
            address, entry = allowed(start + text, ENTRIES)
        except ValueError:
            continue
        assert address.host in {"rec.example", "pbx.example", "127.0.0.1"}
        assert address.file == entry.file or address.file.startswith(entry.file)
        assert ".." not in address.file.split("/")


INWARD = ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1",
          "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"]


@pytest.mark.parametrize("ip", INWARD)
def test_a_name_does_not_lead_into_the_bank(ip: str) -> None:
    assert reachable([ip, "8.8.8.8"], ENTRIES[0], []) == ["8.8.8.8"]


def test_a_listed_address_or_network_of_the_bank_is_reached() -> None:
    assert reachable(["127.0.0.1"], ENTRIES[2], []) == ["127.0.0.1"]
    assert reachable(["127.0.0.2"], ENTRIES[2], []) == []
    inside = [ip_network("10.20.0.0/16")]
    assert reachable(["10.20.3.4", "10.21.0.1", "::ffff:10.20.0.9", "127.0.0.1"], ENTRIES[1], inside) == ["10.20.3.4", "::ffff:10.20.0.9"]


def test_headers_are_read_and_what_is_none_is_refused() -> None:
    assert headers_of("# ours\nAuthorization: Bearer x\n\nX-Key:  y \n") == {"Authorization": "Bearer x", "X-Key": "y"}
    for bad in ("no colon", ": x", "A b: c", "A: \x01", "A: 口令"):
        with pytest.raises(ValueError, match="line 1"):
            headers_of(bad)
