"""A genuine token that came too late: nothing is read, and what was asked for is put on record."""

from dataclasses import replace

from gateway.auth.principal import Principal
from gateway.exchange.ports import Ports
from gateway.exchange.read.commit import record_denials
from gateway.exchange.read.decide import Denied
from gateway.exchange.read.model import Problem, ReadCommand, Stage
from gateway.exchange.read.plan import plan

CODE = "TOKEN_EXPIRED"


async def refuse_expired(ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]) -> None:
    """Record one denial per dataset that the operation would have read."""
    plans = await ports.journal.view(lambda view: plan(commands, principal, view))
    problem = Problem(code=CODE, stage=Stage.AUTHENTICATE, message="the token has expired; get a new one")
    denied = [Denied(plan=replace(each, problem=problem), problem=problem) for each in plans]
    await record_denials(denied, ports, principal)
