"""A grant as a policy: an Agreement of ODRL 2.2 in JSON-LD, under a profile of our own.

One permission: target (the voice), assigner (the speaker), assignee (the licensee), actions, and one constraint a limit
(ODRL Information Model 2.2, sections 2.2 to 2.6). The profile (section 4.1) adds actions, purposes as paths that allow
what is below them, the project, and the sound made in all. A duty, a prohibition, a refinement, a second permission
or an unknown constraint is refused, as leaving it out would change what was agreed.
"""

from __future__ import annotations

from typing import Any, Final

from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.parsing import Json
from sayso.records.exchange.document import check_context, check_empty, put, take
from sayso.records.exchange.errors import DocumentInvalid
from sayso.records.exchange.table import PREFIXES
from sayso.records.exchange.terms import grant_of, put_terms, take_terms

TYPE: Final = "Agreement"
CONTEXT: Final = "http://www.w3.org/ns/odrl.jsonld"
PROFILE: Final = "urn:sayso:consent:profile:1"

_USED: Final = {name: PREFIXES[name] for name in ("sayso", "loc", "dct", "vcard", "xsd")}
_GRANT: Final = "urn:sayso:grant:"
_SPEAKER: Final = "urn:sayso:speaker:"
_VOICE: Final = "urn:sayso:voice-of:"
_STATE: Final = "sayso:state/"
_CONSTRAINT: Final = {"leftOperand", "operator", "rightOperand"}


def policy_of(grant: Grant) -> Json:
    """Return the grant as an ODRL policy; reading it gives the grant again."""
    policy: Json = {"@context": [CONTEXT, _USED], "@type": TYPE, "uid": f"{_GRANT}{grant.grant_id}"}
    policy |= {"profile": PROFILE, "dct:hasVersion": grant.version, "sayso:state": {"@id": f"{_STATE}{grant.state}"}}
    put(policy, ("permission", "target"), f"{_VOICE}{grant.speaker or 'nobody'}")
    put(policy, ("permission", "assigner"), f"{_SPEAKER}{grant.speaker or 'nobody'}")
    put_terms(policy, grant, lambda row: row.policy)
    permission = policy["permission"]
    permission["constraint"] = [_constraint(rule, value) for rule, value in permission["constraint"].items()]
    policy["permission"] = [permission]
    return policy


def grant_of_policy(policy: Json) -> Grant:
    """Return the grant that a policy means, taking the policy apart; raise `DocumentInvalid` naming the field."""
    check_context(policy, prefixes=_USED, address=CONTEXT)
    if take(policy, ("@type",)) != TYPE:
        raise DocumentInvalid(f"@type: got another, expected {TYPE}: an offer or a request is nobody's consent yet")
    if take(policy, ("profile",)) not in (PROFILE, [PROFILE]):
        raise DocumentInvalid(f"profile: got another, expected {PROFILE}: its words have meanings of their own")
    grant_id = _after(_GRANT, take(policy, ("uid",)), "uid")
    policy["permission"] = _only(policy.get("permission"))
    target = _after(_VOICE, take(policy, ("permission", "target")), "permission.target")
    assigner = _after(_SPEAKER, take(policy, ("permission", "assigner")), "permission.assigner")
    if target != assigner:
        raise DocumentInvalid(
            f"permission.target: got {target[:40]!r}, expected the voice of the assigner, {assigner[:40]}"
        )
    version, state = take(policy, ("dct:hasVersion",)), _state(take(policy, ("sayso:state", "@id")))
    terms = take_terms(policy, lambda row: row.policy)
    check_empty(policy)
    speaker = "" if assigner == "nobody" else assigner
    return grant_of(terms, grant_id=grant_id, speaker=speaker, state=state, version=version)


def _constraint(rule: str, value: Any) -> Json:
    operand, operator = rule.split(" ")
    return {"leftOperand": operand, "operator": operator, "rightOperand": value}


def _only(got: Any) -> Json:
    """Return the one permission, its constraints by what they limit and how."""
    listed = got if isinstance(got, list) else [got]
    if len(listed) != 1 or not isinstance(listed[0], dict):
        raise DocumentInvalid(f"permission: got {len(listed)} of them, expected one object: a grant is one permission")
    permission: Json = dict(listed[0])
    found: Json = {}
    constraints = permission.get("constraint", [])
    for number, each in enumerate(constraints if isinstance(constraints, list) else [constraints]):
        where = f"permission.constraint[{number}]"
        if not isinstance(each, dict) or set(each) != _CONSTRAINT:
            odd = sorted(set(each) - _CONSTRAINT) if isinstance(each, dict) else []
            raise DocumentInvalid(
                f"{f'{where}.{odd[0][:40]}' if odd else where}: expected an object with nothing but leftOperand, "
                "operator and rightOperand"
            )
        rule = f"{each['leftOperand']} {each['operator']}".removeprefix("odrl:").replace(" odrl:", " ")
        if each["rightOperand"] is None:
            raise DocumentInvalid(f"{where} ({rule[:60]}): got no rightOperand, expected what it is limited to")
        if rule in found:
            raise DocumentInvalid(f"{where}: got a second constraint {rule[:60]!r}, expected each once")
        found[rule] = each["rightOperand"]
    permission["constraint"] = found
    return permission


def _after(prefix: str, got: Any, where: str) -> str:
    text = got.get("uid", got.get("@id")) if isinstance(got, dict) and len(got) == 1 else got
    if not isinstance(text, str) or not text.startswith(prefix):
        raise DocumentInvalid(f"{where}: got {str(got)[:60]!r}, expected an address that starts with {prefix}")
    return text.removeprefix(prefix)


def _state(got: Any) -> State:
    try:
        return State(str(got).removeprefix(_STATE))
    except ValueError:
        raise DocumentInvalid(
            f"sayso:state: got {str(got)[:40]!r}, expected {_STATE} and one of {', '.join(State)}"
        ) from None
