"""Codes of decisions, the words that matter in a request, and the sentences for reasons."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DecisionKind(models.TextChoices):
    """What was decided."""

    ASSIGNMENT = "assignment", _("Assignment")
    PRIORITY = "priority", _("Priority")


class Gate(models.TextChoices):
    """What kept somebody from being chosen."""

    NONE = "", _("Fits")
    OFF_SHIFT = "off_shift", _("Not on shift now")
    SKILL_MISSING = "skill_missing", _("Lacks the skill")
    AT_CAP = "at_cap", _("Has as many tickets as allowed")


RULE_VERSION = 1
"""Moves on whenever the arithmetic of a decision changes; stored with each decision."""

DEFAULT_MATRIX = [[1, 1, 2, 3], [1, 2, 3, 3], [2, 3, 3, 4], [3, 3, 4, 4]]
"""Priority by impact (row) and urgency (column), 1 the highest: the usual ITIL table."""

CAP_DEFAULT = 15

OUTAGE_WORDS = (
    "outage", "everyone is down", "everybody is down", "whole office", "whole site", "whole company",
    "whole department", "entire office", "entire company", "company-wide", "company wide", "nobody can",
    "no one can", "all users", "all of us",
    "全公司", "所有人", "全员", "整个部门", "整个办公室", "大面积", "系统瘫痪", "宕机",
)  # fmt: skip
BREACH_WORDS = (
    "ransomware", "data breach", "security breach", "hacked", "compromised", "encrypted my files", "malware",
    "stolen laptop", "laptop was stolen", "clicked a link", "phishing link",
    "勒索", "数据泄露", "被黑", "木马", "中毒",
    "被盗", "点了链接", "点击了钓鱼",
)  # fmt: skip
SUSPICION_WORDS = (
    "phishing", "suspicious", "antivirus", "virus", "lost laptop", "lost my laptop",
    "钓鱼", "可疑", "病毒", "丢失",
)  # fmt: skip
"""Outages and breaches outrank everything; what only looks suspicious is urgent."""

SENTENCES: dict[str, Text] = {
    "impact_given": _("Impact %(impact)s: set by hand."),
    "impact_outage": _("Impact %(impact)s: “%(word)s” says that many people are affected."),
    "impact_breach": _("Impact %(impact)s: “%(word)s” speaks of a security breach."),
    "impact_alert": _("Impact %(impact)s: an alert of severity “%(severity)s”."),
    "impact_service": _("Impact %(impact)s: it concerns %(service)s."),
    "impact_device": _("Impact %(impact)s: it concerns an important device."),
    "impact_vip": _("Impact %(impact)s: many others depend on the person who asks."),
    "impact_one": _("Impact %(impact)s: as far as known it concerns one person."),
    "impact_wish": _("Impact %(impact)s: it is a request, nothing is broken."),
    "urgency_given": _("Urgency %(urgency)s: set by hand."),
    "urgency_outage": _("Urgency %(urgency)s: an outage cannot wait."),
    "urgency_breach": _("Urgency %(urgency)s: a security breach cannot wait."),
    "urgency_suspicion": _("Urgency %(urgency)s: “%(word)s” may be an attack."),
    "urgency_alert": _("Urgency %(urgency)s: an alert of severity “%(severity)s”."),
    "urgency_no": _("Urgency %(urgency)s: the requester cannot work."),
    "urgency_partly": _("Urgency %(urgency)s: the requester can work only partly."),
    "urgency_yes": _("Urgency %(urgency)s: the requester can work."),
    "urgency_unknown": _("Urgency %(urgency)s: nobody said whether work is blocked."),
    "matrix": _("The table makes %(priority)s of impact %(impact)s and urgency %(urgency)s."),
    "team_rule": _("%(team)s takes what the rule “%(rule)s” matches."),
    "assigned_only": _("%(name)s is the only one of %(team)s who fits right now."),
    "assigned_skilled": _(
        "%(name)s knows %(skill)s (level %(level)s) and, with %(minutes)s minutes of open work,"
        " will get to it soonest of %(count)s who fit."
    ),
    "assigned_least": _(
        "%(name)s has the least open work (%(minutes)s minutes) of %(count)s people of %(team)s who fit."
    ),
    "nobody_team": _("It has no team yet, so nobody was chosen."),
    "nobody_member": _("%(team)s has no active members, so it waits in the team's queue."),
    "nobody_on_shift": _("%(team)s is off now; somebody is chosen when the team works again."),
    "nobody_skilled": _(
        "Nobody in %(team)s knows %(skill)s at level %(level)s, so it waits in the team's queue."
    ),
    "nobody_free": _(
        "Everybody in %(team)s has as many tickets as allowed, so it waits in the team's queue."
    ),
}

ERRORS: dict[str, Text] = {
    "matrix_invalid": _("Every cell of the table needs a priority from P1 to P4."),
    "cap_invalid": _("A cap is a number from 1 to 500."),
    "rule_name_missing": _("A rule needs a name."),
    "rule_words_missing": _("A rule needs words, a service or both."),
    "rule_unknown": _("There is no such rule."),
    "rule_minutes_invalid": _("Expected minutes are a number from 1 to 10,000."),
}
