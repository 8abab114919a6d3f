from __future__ import annotations

import stat
from pathlib import Path

from connectors.partners import DEMO_PARTNERS, TOKENS_FILE, Partners, write_demo_partners
from schemas.topics import INBOUND_TOPICS
from tests.support.gateway import ADVICE_DESK, POLICE, principal


def test_demo_partners_are_written_once_and_keep_their_tokens(tmp_path: Path) -> None:
    path = tmp_path / "data" / "partners.toml"
    tokens = write_demo_partners(path, ["drenthe", "zuid"])
    before = path.read_bytes()
    assert write_demo_partners(path, ["drenthe", "zuid"]) == tokens
    assert path.read_bytes() == before
    for partner in DEMO_PARTNERS:
        found = Partners.load(path).principal(tokens[partner.id])
        assert found is not None and found.partner == partner.id
        assert found.sources == set(partner.sources)
        assert found.regions == {"drenthe", "zuid"}


def test_a_partner_that_somebody_added_stays(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    write_demo_partners(path)
    added = path.read_text() + "# added by hand\n"
    path.write_text(added)
    write_demo_partners(path)
    assert path.read_text() == added


def test_a_lost_tokens_file_gives_new_tokens_and_a_new_partner_file(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    old = write_demo_partners(path)
    (tmp_path / TOKENS_FILE).unlink()
    new = write_demo_partners(path)
    assert Partners.load(path).principal(old["politie"]) is None
    assert Partners.load(path).principal(new["politie"]) is not None


def test_tokens_are_their_owners_alone_and_not_in_the_partner_file(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    tokens = write_demo_partners(path)
    assert stat.S_IMODE((tmp_path / TOKENS_FILE).stat().st_mode) == 0o600
    assert not any(token in path.read_text() for token in tokens.values())
    assert len(set(tokens.values())) == len(DEMO_PARTNERS)


def test_every_partner_topic_has_one_demo_partner() -> None:
    spoken = [topic for partner in DEMO_PARTNERS for topic in partner.topics]
    assert sorted(spoken) == sorted(INBOUND_TOPICS.keys() - {"vt.in.hub.v1"})
    direct = {topic.direct_publisher for topic in INBOUND_TOPICS.values()} - {None}
    assert {partner.id for partner in DEMO_PARTNERS if partner.is_direct} == direct


def test_a_principal_may_say_its_own_and_nothing_else() -> None:
    police = principal("politie")
    assert police.fault(POLICE, "drenthe", "vt.in.police.v1") is None
    assert police.fault(POLICE, "drenthe") is None
    assert police.fault(ADVICE_DESK, "drenthe") == "authz.source"
    assert police.fault(POLICE, "zuid") == "authz.region"
    assert police.fault(POLICE, "drenthe", "vt.in.brp.v1") == "authz.event"
