from tests.rules_index import PAGE, ROOT, cited, in_packs, index, page, rules


def test_every_rule_of_a_pack_is_cited_by_a_test():
    places = index()
    untested = {rule: pack for rule, pack in in_packs().items() if not places[rule].tests}
    assert not untested, f"no test cites these: {untested}; name one test_P9_1_... or write the id into it"


def test_every_rule_of_a_pack_is_a_known_rule():
    assert not in_packs().keys() - rules().keys(), "add the rule to routing/packs/rules.toml"


def test_every_rule_stands_somewhere():
    nowhere = [rule for rule, at in index().items() if not (at.packs or at.code)]
    assert not nowhere, f"neither a pack nor code cites {nowhere}"


def test_the_page_of_rules_is_fresh():
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), f"{PAGE} is stale; run python -m tests.rules_index"


def test_rules_are_found_however_they_are_cited():
    known = rules()
    assert cited("# P-9.1 and P-11, D-6; law:18", known) == {"P-9.1", "P-11", "D-6", "law:18"}
    assert cited("def test_P9_1_exactly_50_000_is_not_over():", known) == {"P-9.1"}
    assert cited("def test_P11_P20_P14_3_law_17_rung():", known) == {"P-11", "P-20", "P-14.3", "law:17"}
    assert cited("def test_P12_7_elements():", known) == {"P-12"}
    assert cited("Order 2020 No. 3, article 18", known) == {"law:18"}
    assert cited("UTC-8, MP-3, P-99, HTTP-11", known) == set()
