"""Which expressions mean the same is an administrator's to say."""

import pytest

from firstline.accounts.testing import make_actor
from firstline.audit.models import AuditRecord
from firstline.kit.errors import InvalidInput, NotAllowed
from firstline.search.actions import delete_synonym, save_synonym
from firstline.search.models import Synonym
from firstline.search.synonyms import thesaurus

pytestmark = pytest.mark.django_db


def test_a_line_is_added_changed_and_deleted():
    admin = make_actor("Ada", "administrator")
    Synonym.objects.all().delete()

    line = save_synonym(actor=admin, expressions=" Kofax，scan  client ; ,扫描客户端")
    assert line.expressions == "Kofax, scan client, 扫描客户端"
    assert [other.text for other in thesaurus().others["kofax",]] == ["scan client", "扫描客户端"]
    save_synonym(actor=admin, expressions="Kofax, capture", synonym=line)
    assert ("scan", "client") not in thesaurus().others
    delete_synonym(actor=admin, synonym=line)
    assert thesaurus().others == {}

    verbs = list(AuditRecord.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-3:] == ["search.synonym_added", "search.synonym_changed", "search.synonym_deleted"]


def test_what_cannot_be_a_line_is_refused():
    admin = make_actor("Ada", "administrator")

    for text, code in [
        ("alone, ", "synonym_alone"),
        ("a,b," * 20, "synonym_too_long"),
        ("", "synonym_alone"),
    ]:
        with pytest.raises(InvalidInput) as raised:
            save_synonym(actor=admin, expressions=text)
        assert raised.value.code == code
    with pytest.raises(NotAllowed):
        save_synonym(actor=make_actor("Tess", "technician"), expressions="a, b")
    line = save_synonym(actor=admin, expressions="a, b")
    with pytest.raises(NotAllowed):
        delete_synonym(actor=make_actor("Tim", "technician"), synonym=line)
